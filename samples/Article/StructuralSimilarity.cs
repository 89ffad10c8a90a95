using Criterion;

namespace Article;

/// <summary>One minus the structural similarity, over 3×3 boxes.</summary>
public static class StructuralSimilarity
{
    public static void Run()
    {
        Tensor y = Tensor.Rand([1, 1, 16, 16]);
        Tensor x = y + (Tensor.Randn([1, 1, 16, 16]) * 0.1);
        Console.WriteLine($"moved by 3: {SsimLoss(x, y, stride: 3).Item():0.0000}, by 1: {SsimLoss(x, y, stride: 1).Item():0.0000}, of equal images: {SsimLoss(y, y, stride: 3).Item():0.0000}");
    }

    static Tensor SsimLoss(Tensor x, Tensor y, int stride)
    {
        Tensor Blur(Tensor image) => image.AvgPool2d(3, stride, padding: 1); // zeros of the padding count in the mean

        // Means, variances, covariance.
        Tensor muX = Blur(x);
        Tensor muY = Blur(y);
        Tensor sigmaX2 = Blur(x * x) - (muX * muX);
        Tensor sigmaY2 = Blur(y * y) - (muY * muY);
        Tensor sigmaXY = Blur(x * y) - (muX * muY);

        const double C1 = 0.01 * 0.01;
        const double C2 = 0.03 * 0.03;
        Tensor ssim = ((2 * muX * muY) + C1) * ((2 * sigmaXY) + C2)
            / (((muX * muX) + (muY * muY) + C1) * (sigmaX2 + sigmaY2 + C2));
        return (1 - ssim).Mean();
    }
}
