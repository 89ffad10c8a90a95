using Criterion.Formulas;
using Criterion.Losses;
using Criterion.Numbers;

namespace Criterion.Tests.Losses;

/// <summary>The contract of every pointwise loss. Override Default, Draw and Extremes.</summary>
public abstract class PointwiseLossContract : LossContract
{
    /// <summary>The loss with default options.</summary>
    protected abstract PointwiseLoss Default { get; }

    protected override Tensor Loss(Tensor[] inputs, Reduction reduction = Reduction.Mean, OnEmpty onEmpty = OnEmpty.Throw) =>
        (Default with { Reduction = reduction, OnEmpty = onEmpty }).Forward(inputs[0], Target(inputs));

    /// <summary>The target: the second input, or one that is made for the first where it has no derivatives.</summary>
    protected virtual Tensor Target(Tensor[] inputs) => inputs[1];

    [Theory]
    [MemberData(nameof(Shapes))]
    [MemberData(nameof(LargeShapes))]
    public void Value_is_the_formula_in_plain_doubles(int[] shape)
    {
        Tensor[] inputs = Draw(shape, Random);
        double[] x = inputs[0].ToArray<double>();
        double[] y = Target(inputs).ToArray<double>();
        double[] expected = [.. x.Zip(y, (a, b) => Default.Formula.Value(a, b))];
        Near(Tensor.From(expected, shape), Loss(inputs, Reduction.None));
    }

    [Fact]
    public void Formula_writes_itself() => Assert.NotEmpty(Default.ToLatex());

    [Fact]
    public void Curves_are_finite_and_differentiable() => CriterionAssert.HasCurves(Default);

    [Fact]
    public void Options_survive_JSON() => CriterionAssert.IsStored(Default);
}
