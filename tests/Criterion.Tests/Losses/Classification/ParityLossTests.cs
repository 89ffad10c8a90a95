using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Classification;

/// <summary>Losses that Keras and timm have and PyTorch has not, by the definitions of their documentation and papers.</summary>
public class ParityLossTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Golden => GoldenFile.Rows("parity");

    [Theory]
    [MemberData(nameof(Golden))]
    public void Agrees_with_the_definition(string op, string name) => LossGolden.Check(
        op, name, static (golden, x) => Make(golden).Forward(x[0], x[1]), file: "parity");

    [Fact]
    public void Percentage_at_a_target_of_0_is_finite_and_as_documented()
    {
        MeanAbsolutePercentageLoss loss = new();
        Assert.Equal(1e9, loss.Forward(Numbers(1), Numbers(0)).Item(), 1e-3);
        Assert.Equal(0, loss.Forward(Numbers(0), Numbers(0)).Item());
        Assert.Equal(200, new MeanAbsolutePercentageLoss(0.5).Forward(Numbers(1), Numbers(0)).Item(), 1e-12);
    }

    [Fact]
    public void Logarithmic_error_clamps_negative_predictions_and_refuses_negative_targets()
    {
        MeanSquaredLogarithmicLoss loss = new();
        Tensor x = Numbers(-0.5);
        x.RequiresGrad = true;
        Tensor value = loss.Forward(x, Numbers(1));
        value.Backward();
        Assert.Equal(Math.Pow(Math.Log(2) - 1e-7, 2), value.Item(), 1e-12);
        Assert.Equal(0, x.Grad!.Item());
        Assert.Contains("element 0", Assert.Throws<LossException>(() => loss.Forward(Numbers(1), Numbers(-1))).Message);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(4)]
    public void Temperature_keeps_the_size_of_the_gradient(double temperature)
    {
        Tensor x = Tensor.Randn([3, 5], DType.Float64, new RandomStream(1), requiresGrad: true);
        Tensor y = Tensor.Randn([3, 5], DType.Float64, new RandomStream(2));
        KlFromLogitsLoss loss = new(temperature: temperature, reduction: Reduction.Sum);
        loss.Forward(x, y).Backward();
        Tensor expected = ((x.Detach() / temperature).Softmax(1) - (y / temperature).Softmax(1)) * temperature;
        GoldenAssert.Close(expected, x.Grad!, "gradient");
        Assert.Equal(
            new KlFromLogitsLoss(reduction: Reduction.Sum).Forward(x / temperature, y / temperature).Item() * temperature * temperature,
            loss.Forward(x, y).Item(),
            1e-12);
    }

    [Fact]
    public void Losses_of_logits_meet_their_special_cases()
    {
        Tensor x = Tensor.Randn([4, 3], DType.Float64, new RandomStream(1));
        Tensor y = Tensor.From<long>(0, 2, 1, 1);
        GoldenAssert.Close(new CrossEntropyLoss().Forward(x, y), new PolyLoss(0).Forward(x, y), "Poly-1");
        Tensor bits = x.Greater(0).To(DType.Float64);
        GoldenAssert.Close(new BCEWithLogitsLoss().Forward(x, bits), new AsymmetricLoss(0, 0, 0).Forward(x, bits), "asymmetric");
    }

    [Theory]
    [InlineData(1e4)]
    [InlineData(-1e4)]
    public void Large_logits_are_finite(double logit)
    {
        foreach (double target in (double[])[0, 1])
        {
            Tensor x = Numbers(logit);
            x.RequiresGrad = true;
            Tensor loss = new AsymmetricLoss(1, 4, 0.05).Forward(x, Numbers(target));
            loss.Backward();
            Assert.True(double.IsFinite(loss.Item()) && double.IsFinite(x.Grad!.Item()), $"{loss.Item()}, {x.Grad!.Item()}");
        }
    }

    [Fact]
    public void Signs_and_classes_out_of_range_are_errors()
    {
        Assert.Throws<LossException>(static () => new BinaryHingeLoss().Forward(Numbers(1), Numbers(0)));
        Assert.Throws<LossException>(static () => new SquaredHingeLoss().Forward(Numbers(1), Numbers(0.5)));
        Tensor scores = Tensor.Zeros([2, 3], DType.Float64);
        Assert.Contains(
            "element 1", Assert.Throws<LossException>(() => new CategoricalHingeLoss().Forward(scores, Tensor.From<long>(0, 3))).Message);
        Assert.Throws<ShapeException>(() => new CategoricalHingeLoss().Forward(scores, Tensor.From<long>(0, 1, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new PolyLoss(-2));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new AsymmetricLoss(negativeGamma: 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(static () => new KlFromLogitsLoss(temperature: 0));
    }

    static IPredictionLoss Make(GoldenCase golden)
    {
        GoldenArgs a = golden.Args;
        Reduction reduction = golden.Reduction();
        return golden.Op switch
        {
            "hinge" => new BinaryHingeLoss(reduction),
            "squared_hinge" => new SquaredHingeLoss(reduction),
            "categorical_hinge" => new CategoricalHingeLoss(reduction),
            "percentage" => new MeanAbsolutePercentageLoss(a.Double("epsilon"), reduction),
            "logarithmic" => new MeanSquaredLogarithmicLoss(reduction: reduction),
            "asymmetric" => new AsymmetricLoss(a.Double("positive"), a.Double("negative"), a.Double("shift"), reduction),
            "poly" => new PolyLoss(a.Double("epsilon"), reduction: reduction),
            _ => new KlFromLogitsLoss(temperature: a.Double("temperature"), reduction: reduction),
        };
    }

    static Tensor Numbers(params double[] values) => Tensor.From(values, [1, values.Length]);
}
