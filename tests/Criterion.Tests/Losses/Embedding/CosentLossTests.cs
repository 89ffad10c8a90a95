using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Embedding;

public class CosentLossTests : ScoredPairsContract
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("contrast", "CoSENT");

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_PyTorch(string op, string name) => LossGolden.Check(
        op,
        name,
        static (golden, x) => new CosentLoss(golden.Args.Double("scale")) { OnEmpty = OnEmpty.Zero }.Forward(x[0], x[1], x[2]),
        "contrast",
        slack: Slack);

    protected override ScoredPairsLoss Make(double scale = 20, bool averaged = false) => new CosentLoss(scale, averaged);

    protected override double Similarity(double[] x, double[] y) => Dot(x, y) / Math.Sqrt(Dot(x, x) * Dot(y, y));
}
