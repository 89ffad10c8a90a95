using System.Text.Json;
using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses.Adversarial;

/// <summary>Compares every GAN loss with PyTorch: value, first and second derivatives, and the fused first derivative.</summary>
public class ObjectiveGoldenTests
{
    static readonly Dictionary<string, Func<GoldenCase, Tensor[], Tensor>> Others = new()
    {
        ["AuxiliaryClassifierGanLoss"] = static (c, x) => IsDiscriminator(c)
            ? Classifier(c).Discriminator(x[0], x[1], x[2], x[4], x[3], x[5])
            : Classifier(c).Generator(x[0], x[1], x[2]),
        ["MutualInformationLoss"] = static (c, x) => x.Length == 2
            ? new MutualInformationLoss(c.Args.Double("Weight")).Discrete(x[0], x[1])
            : new MutualInformationLoss(c.Args.Double("Weight")).Gaussian(x[0], x[1], x[2]),
        ["PullingAwayPenalty"] = static (c, x) => new PullingAwayPenalty(c.Args.Double("Weight")).Forward(x[0]),
        ["MeanFeatureMatchingLoss"] = static (_, x) => new MeanFeatureMatchingLoss().Forward(x[0], x[1]),
    };

    static readonly Dictionary<string, Type> Objectives = typeof(GanLoss).Assembly.GetTypes()
        .Where(static type => type.IsSealed && type.IsAssignableTo(typeof(GanLoss)))
        .ToDictionary(static type => type.Name);

    public static IEnumerable<TheoryDataRow<string, string>> Cases() =>
        GoldenFile.Rows("adversarial", [.. Objectives.Keys, .. Others.Keys]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Agrees_with_PyTorch(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("adversarial", op, name);
        GoldenAssert.Matches(golden, x => Evaluate(golden, x), Tolerance(golden));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Fused_gradients_agree_with_PyTorch(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("adversarial", op, name);
        Tensor[] inputs = golden.Inputs();
        Evaluate(golden, inputs).Backward(golden.U);
        for (int i = 0; i < inputs.Length; i++)
        {
            if (golden.Grads[i] is { } gradient)
            {
                GoldenAssert.Close(gradient, inputs[i].Grad ?? Tensor.ZerosLike(inputs[i]), $"gradient {i}", Tolerance(golden));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Single_precision_is_near(string op, string name)
    {
        GoldenCase golden = GoldenFile.Find("adversarial", op, name);
        GoldenAssert.SingleMatches(golden, x => Evaluate(golden, x));
        Accuracy.NoWorseThanPyTorch(golden, x => Evaluate(golden, x));
    }

    [Fact]
    public void Every_objective_has_cases() => Assert.All(
        Objectives.Keys, static name => Assert.Contains(GoldenFile.Cases("adversarial"), golden => golden.Op == name));

    // PyTorch's bound of 1e-12 below BCE's gradient is a single-precision number.
    static double Tolerance(GoldenCase golden) => golden.Op == "ProbabilityGanLoss" ? 1e-8 : GoldenAssert.Tolerance;

    static Tensor Evaluate(GoldenCase golden, Tensor[] x)
    {
        if (Others.TryGetValue(golden.Op, out Func<GoldenCase, Tensor[], Tensor>? other))
        {
            return other(golden, x);
        }

        // The options of a case bear the names of the record's own, which is also how they are stored.
        var objective = (GanLoss)JsonSerializer.Deserialize(golden["args"], Objectives[golden.Op])!;
        return IsDiscriminator(golden) ? objective.Discriminator(x[0], x[1]) : objective.Generator(x[1], x[0]);
    }

    static AuxiliaryClassifierGanLoss Classifier(GoldenCase golden) =>
        new(weight: golden.Args.Double("Weight"), labelSmoothing: golden.Args.Double("LabelSmoothing"));

    static bool IsDiscriminator(GoldenCase golden) => golden.Args.Text("part") == "D";
}
