using System.Text.Json;
using Criterion.Formulas;
using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Image;

/// <summary>Losses of images against the same written with PyTorch's operations, and structural similarity against scikit-image.</summary>
public class ImageGoldenTests
{
    const string File = "image";

    static readonly Dictionary<string, Func<GoldenCase, Tensor[], Tensor>> Losses = new()
    {
        ["SsimLoss"] = (c, x) => Ssim(c).Forward(x[0], x[1]),
        ["MultiScaleSsimLoss"] = (c, x) => MultiScale(c).Forward(x[0], x[1]),
        ["MsSsimL1Loss"] = (c, x) =>
            new MsSsimL1Loss(ImageRange.ZeroOne, c.Args.Double("alpha"), c.Args.Double("scale"), c.Reduction()).Forward(x[0], x[1]),
        ["PsnrLoss"] = (c, x) => new PsnrLoss(Range(c), pooled: c.Args.Flag("pooled"), reduction: c.Reduction()).Forward(x[0], x[1]),
        ["TotalVariationLoss"] = (c, x) =>
            new TotalVariationLoss(c.Args.Flag("isotropic"), c.Args.Flag("per_pixel"), c.Reduction()).Forward(x[0]),
        ["GradientLoss"] = (c, x) => new GradientLoss(c.Reduction()).Forward(x[0], x[1]),
        ["PerceptualLoss"] = (c, x) => new PerceptualLoss(Weights(c), c.Args.Flag("absolute"), c.Reduction()).Forward(x[..3], x[3..]),
        ["StyleLoss"] = (c, x) => new StyleLoss(Weights(c), c.Args.Flag("divide"), c.Reduction()).Forward(x[..3], x[3..]),
        ["FeatureMatchingLoss"] = (c, x) => new FeatureMatchingLoss(c.Args.Int("skip")).Forward(x[..3], x[3..]),
        ["CycleConsistencyLoss"] = (c, x) =>
            new CycleConsistencyLoss(c.Args.Double("a"), c.Args.Double("b")).Forward(x[0], x[1], x[2], x[3]),
        ["IdentityLoss"] = (c, x) => new IdentityLoss(c.Args.Double("a"), c.Args.Double("b")).Forward(x[0], x[1], x[2], x[3]),
    };

    public static IEnumerable<TheoryDataRow<string, string>> Cases => GoldenFile.Rows(File);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agrees(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find(File, op, name);
        Tensor Loss(Tensor[] x) => Losses[op](golden, x);
        GoldenAssert.Matches(golden, Loss);
        GoldenAssert.SingleMatches(golden, Loss);
    }

    static SsimLoss Ssim(GoldenCase c)
    {
        SsimPreset preset = Enum.Parse<SsimPreset>(c.Args.Text("preset", nameof(SsimPreset.Wang2004)));
        return new(Range(c), preset, c.Args.Flag("half"), c.Reduction()) { Options = c.Args.Has("options") ? Options(c) : null };
    }

    static MultiScaleSsimLoss MultiScale(GoldenCase c)
    {
        NegativeContrast negative = Enum.Parse<NegativeContrast>(c.Args.Text("negative"));
        return new(ImageRange.ZeroOne, c.Args.Int("scales"), negative, reduction: c.Reduction()) { Options = Options(c) };
    }

    static ImageRange Range(GoldenCase c) => Enum.Parse<ImageRange>(c.Args.Text("range"));

    static SsimOptions Options(GoldenCase c)
    {
        GoldenArgs options = new(c.Args["options"]);
        return new()
        {
            WindowSize = options.Int("size", 11),
            Sigma = options.IsNull("sigma") ? null : options.Double("sigma", 1.5),
            Border = Enum.Parse<WindowBorder>(options.Text("border", nameof(WindowBorder.Valid))),
            Stride = options.Int("stride", 1),
            K1 = options.Double("k1", 0.01),
            K2 = options.Double("k2", 0.03),
            SampleVariance = options.Flag("sample"),
            Epsilon = options.Double("epsilon", 0),
        };
    }

    static double[]? Weights(GoldenCase c) => c.Args.Has("weights") ? c.Args["weights"].Deserialize<double[]>() : null;
}
