using Criterion.Formulas;
using Criterion.Losses;
using Criterion.Numbers;

namespace Criterion.Tests.Losses;

/// <summary>The contract of every loss of three numbers for each element.</summary>
public abstract class TernaryLossContract : LossContract
{
    /// <summary>The loss with default options.</summary>
    protected abstract TernaryLoss Default { get; }

    /// <summary>The third number: an input, or one that is made for the others where it has no derivatives.</summary>
    protected abstract Tensor Third(Tensor[] inputs);

    [Theory]
    [MemberData(nameof(Shapes))]
    [MemberData(nameof(LargeShapes))]
    public void Value_is_the_formula_in_plain_doubles(int[] shape)
    {
        Tensor[] inputs = Draw(shape, Random);
        double[][] numbers = [.. ((Tensor[])[inputs[0], inputs[1], Third(inputs)]).Select(x => x.ToArray<double>())];
        double[] expected =
        [
            .. Enumerable.Range(0, inputs[0].Count).Select(i => Default.Formula.Value(numbers[0][i], numbers[1][i], numbers[2][i])),
        ];
        Near(Tensor.From(expected, shape), Loss(inputs, Reduction.None));
    }

    [Fact]
    public void Formula_writes_itself() => Assert.NotEmpty(Default.ToLatex());

    [Fact]
    public void Curves_are_finite_and_differentiable() => CriterionAssert.HasCurves(Default);

    [Fact]
    public void Options_survive_JSON() => CriterionAssert.IsStored(Default);
}
