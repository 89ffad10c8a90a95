using Criterion.Losses;

namespace Criterion.Tests.Losses.Embedding;

public class CosentLossTests : ScoredPairsContract
{
    protected override ScoredPairsLoss Make(double scale = 20, bool averaged = false) => new CosentLoss(scale, averaged);

    protected override double Similarity(double[] x, double[] y) => Dot(x, y) / Math.Sqrt(Dot(x, x) * Dot(y, y));
}
