using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// Specifies how to treat a scale on which two images are anti-correlated: its contrast term is negative, so that its power is undefined.
/// </summary>
public enum NegativeContrast
{
    /// <summary>The term is 0, and so is the similarity. The gradient is 0 there, so training cannot recover.</summary>
    Relu,

    /// <summary>The power is −|c|ʷ, which keeps the sign and a gradient.</summary>
    KeepSign,

    /// <summary>Throws an error that names the image and the scale.</summary>
    Throw,
}

/// <summary>
/// Multi-scale similarity: Π cⱼ^wⱼ · s_M^w_M over scales that halve the image, for each channel; the similarity of an image is the mean
/// over channels.
/// </summary>
internal static class MultiScaleSimilarity
{
    public const int MostScales = 5;

    static readonly double[] Weights = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

    /// <summary>
    /// Returns the smallest side for a number of scales: halving rounds up, and the coarsest image is at least as large as a window.
    /// </summary>
    public static int LeastSide(SsimOptions options, int scales) => ((options.Window.LeastSide - 1) << (scales - 1)) + 1;

    /// <summary>Returns the requested number of scales, or as many as the images allow.</summary>
    public static int Scales(string name, SsimOptions options, Tensor images, int scales, bool reduce)
    {
        int side = Math.Min(images.Shape[2], images.Shape[3]);
        while (reduce && scales > 1 && side < LeastSide(options, scales))
        {
            scales--;
        }

        string why = $" for a window of {options.WindowSize} on {scales} scale(s)" + (
            reduce ? "" : "; set AutoReduceScales, or fewer Scales");
        ImageChecks.CheckSide(name, images, LeastSide(options, scales), why);
        return scales;
    }

    /// <summary>Computes the similarity of each image, [N].</summary>
    public static Tensor PerImage(
        string name, SsimOptions options, ImageRange range, NegativeContrast negative, int scales, Tensor x, Tensor y)
    {
        // In double precision: powers near 0 amplify the rounding errors of the terms.
        DType type = DTypes.Promote(x.Floating().DType, y.Floating().DType);
        (x, y) = (x.To(DType.Float64), y.To(DType.Float64));
        double sum = Weights[..scales].Sum();
        Tensor? product = null;
        for (int scale = 0; scale < scales; scale++)
        {
            bool last = scale == scales - 1;
            Tensor term = TensorFormula.Windows(new SsimLoss.Similarity(options, range, contrastOnly: !last), options.Window, x, y);
            if (negative == NegativeContrast.Throw)
            {
                CheckPositive(name, term, scale);
            }

            // The weights of all five scales sum to 1; those of fewer are normalized.
            double weight = scales == MostScales ? Weights[scale] : Weights[scale] / sum;
            Tensor power = TensorFormula.Map(new BoundedPower(weight, negative == NegativeContrast.KeepSign), term);
            product = product is null ? power : product * power;
            (x, y) = last ? (x, y) : (Halved(x), Halved(y));
        }

        return product!.Mean(1).To(type);
    }

    /// <summary>Averages blocks of 2 × 2 pixels; an odd last row or column is replicated.</summary>
    static Tensor Halved(Tensor x)
    {
        (int height, int width) = (x.Shape[2], x.Shape[3]);
        Tensor even = height % 2 + (width % 2) == 0 ? x : x.PadReplicate(0, width % 2, 0, height % 2);
        return even.Reshape(x.Shape[0], x.Shape[1], (height + 1) / 2, 2, (width + 1) / 2, 2).Mean([3, 5]);
    }

    static void CheckPositive(string name, Tensor terms, int scale)
    {
        double[] all = terms.Detach().To(DType.Float64).ToArray<double>();
        int first = Array.FindIndex(all, value => value < 0);
        if (first >= 0)
        {
            throw new LossException(
                $"{name}: image {first / terms.Shape[1]}, channel {first % terms.Shape[1]} has the negative similarity {all[first]} "
                + $"at scale {scale + 1}. Use NegativeContrast.Relu or KeepSign to allow anti-correlated images.");
        }
    }

    /// <summary>
    /// xʷ, 0 ≤ w ≤ 1, linear below 10⁻⁴, where the slope would be unbounded; below 0 it is 0, or mirrored with <paramref name="keepSign"/>.
    /// </summary>
    internal readonly struct BoundedPower(double exponent, Flag keepSign) : IUnaryFormula
    {
        const double Bend = 1e-4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public T Value<T>(T x)
            where T : struct, IReal<T>
        {
            T bend = T.Const(Bend);
            T size = T.Abs(x);
            T power = T.Pow(T.Select(size < bend, bend, size), exponent);
            T bounded = T.Select(size < bend, x * Math.Pow(Bend, exponent - 1), T.Sign(x) * power);
            return keepSign ? bounded : T.Select(x < 0, 0, bounded);
        }
    }
}
