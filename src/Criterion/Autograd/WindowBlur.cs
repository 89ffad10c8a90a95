using Criterion.Formulas;
using Criterion.Kernels;

namespace Criterion;

/// <summary>The blur of a side, borders folded in. The pixels of a window are neighbours, mirrored or not.</summary>
internal readonly record struct WindowBlur(BlurWindow Window, int Size) : IResampling
{
    public ResampleAxis Build() => ResampleAxis.Of(Size, Window.Places(Size), Row);

    (int Start, double[] Weights) Row(int place)
    {
        double[] side = new double[Size];
        foreach ((int k, double weight) in Window.Weights().Index())
        {
            int source = Window.Source((place * Window.Stride) + k - Window.Padding, Size);
            if (source >= 0)
            {
                side[source] += weight;
            }
        }

        return (0, side);
    }
}
