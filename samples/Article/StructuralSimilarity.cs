using Criterion;
using Criterion.Losses;
using Criterion.Metrics;

namespace Article;

/// <summary>One minus the structural similarity: the article's function, its preset, and the index of Wang et al.</summary>
public static class StructuralSimilarity
{
    public static void Run()
    {
        Tensor y = Tensor.Rand([1, 1, 16, 16]);
        Tensor x = (y + (Tensor.Randn([1, 1, 16, 16]) * 0.1)).Clamp(0, 1);
        Tensor preset = new SsimLoss(ImageRange.ZeroOne, SsimPreset.Article).Forward(x, y);
        Console.WriteLine($"the article's function {OfBoxes(x, y).Item():0.0000}, SsimLoss with SsimPreset.Article {preset.Item():0.0000}");

        Tensor loss = new SsimLoss(ImageRange.ZeroOne).Forward(x, y); // Wang et al. 2004
        double index = new SsimIndex(ImageRange.ZeroOne).Of(x, y); // the similarity itself
        Console.WriteLine($"SsimLoss {loss.Item():0.0000}, SsimIndex {index:0.0000}");
    }

    static Tensor OfBoxes(Tensor x, Tensor y)
    {
        static Tensor Blur(Tensor image) => image.AvgPool2d(3, padding: 1); // moves by 3; zeros of the padding count in the mean

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
