using Criterion.Nn;

namespace Criterion.Bench;

/// <summary>The inputs of the cases as tensors of Criterion.</summary>
internal static class Inputs
{
    /// <summary>Draws numbers in [low, high).</summary>
    public static Tensor Uniform(int seed, Shape shape, double low = -1, double high = 1)
    {
        Tensor tensor = Tensor.Empty(shape);
        Draw.Uniform(tensor.AsSpan<float>(), seed, low, high);
        return tensor;
    }

    /// <summary>Draws numbers in [low, high) as a leaf that requires a gradient.</summary>
    public static Tensor Variable(int seed, Shape shape, double low = -1, double high = 1)
    {
        Tensor tensor = Uniform(seed, shape, low, high);
        tensor.RequiresGrad = true;
        return tensor;
    }

    /// <summary>Draws labels, 1 or −1.</summary>
    public static Tensor Labels(int seed, int count) => Classes(seed, count, -1);

    /// <summary>Draws labels, 1 or 0.</summary>
    public static Tensor Bits(int seed, int count) => Classes(seed, count, 0);

    /// <summary>Draws class indices in [0, most).</summary>
    public static Tensor Indices(int seed, int count, int most)
    {
        long[] indices = new long[count];
        Draw.Indices(indices, seed, most);
        return Tensor.From(indices, [count]);
    }

    /// <summary>Draws the weights of more than one dimension; sets those of norms to 1 and biases to 0.</summary>
    public static T Fill<T>(T network)
        where T : Nn.Module
    {
        using (Autograd.NoGrad())
        {
            foreach ((int i, Tensor parameter) in network.Parameters().Index())
            {
                if (parameter.Rank > 1)
                {
                    parameter.CopyFrom(Uniform(1000 + i, parameter.Shape, -0.035, 0.035));
                }
                else if (parameter[0].Item() != 0)
                {
                    parameter.Fill(1);
                }
            }
        }

        return network;
    }

    static Tensor Classes(int seed, int count, float negative)
    {
        Tensor tensor = Tensor.Empty([count]);
        Draw.Classes(tensor.AsSpan<float>(), seed, negative);
        return tensor;
    }
}
