using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Criterion.Bench;

/// <summary>The inputs of the cases as tensors of LibTorch.</summary>
internal static class Inputs
{
    /// <summary>Draws numbers in [low, high).</summary>
    public static Tensor Uniform(int seed, long[] shape, double low = -1, double high = 1)
    {
        Tensor tensor = empty(shape);
        Draw.Uniform(Values<float>(tensor), seed, low, high);
        return tensor;
    }

    /// <summary>Draws numbers in [low, high) as a leaf that requires a gradient.</summary>
    public static Tensor Variable(int seed, long[] shape, double low = -1, double high = 1) =>
        Uniform(seed, shape, low, high).requires_grad_();

    /// <summary>Draws labels, 1 or −1.</summary>
    public static Tensor Labels(int seed, int count) => Classes(seed, count, -1);

    /// <summary>Draws labels, 1 or 0.</summary>
    public static Tensor Bits(int seed, int count) => Classes(seed, count, 0);

    /// <summary>Draws class indices in [0, most).</summary>
    public static Tensor Indices(int seed, int count, int most)
    {
        Tensor tensor = empty([count], ScalarType.Int64);
        Draw.Indices(Values<long>(tensor), seed, most);
        return tensor;
    }

    /// <summary>Draws the weights of more than one dimension; sets those of norms to 1 and biases to 0.</summary>
    public static T Fill<T>(T network)
        where T : nn.Module
    {
        using (no_grad())
        {
            foreach ((int i, (string name, Parameter parameter)) in network.named_parameters().Index())
            {
                if (parameter.dim() > 1)
                {
                    parameter.copy_(Uniform(1000 + i, parameter.shape, -0.035, 0.035));
                }
                else
                {
                    parameter.fill_(name.EndsWith("bias", StringComparison.Ordinal) ? 0 : 1);
                }
            }
        }

        return network;
    }

    static Tensor Classes(int seed, int count, float negative)
    {
        Tensor tensor = empty([count]);
        Draw.Classes(Values<float>(tensor), seed, negative);
        return tensor;
    }

    static Span<T> Values<T>(Tensor tensor)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(tensor.bytes);
}
