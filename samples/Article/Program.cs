using Criterion;

namespace Article;

/// <summary>The article's losses and loops, in its order. docs/article.md shows this code and what it prints.</summary>
public static class Program
{
    public static void Main()
    {
        Action[] sections =
        [
            MinMaxLoss.Run, AdversarialLoss.Run, KullbackLeiblerLoss.Run, WassersteinLoss.Run, GradientPenaltyLoss.Run,
            LeastSquaresLoss.Run, PixelWiseLoss.Run, Perceptual.Run, FeatureMatching.Run, CycleConsistency.Run,
            PeakSignalToNoise.Run, CosineSimilarity.Run, StructuralSimilarity.Run,
        ];
        foreach (Action section in sections)
        {
            RandomStream.Seed(1);
            section();
        }
    }
}
