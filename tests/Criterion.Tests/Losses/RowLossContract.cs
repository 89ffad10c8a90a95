using Criterion.Formulas;
using Criterion.Losses;
using Criterion.Numbers;

namespace Criterion.Tests.Losses;

/// <summary>The contract of every loss of rows.</summary>
/// <remarks>
/// Override <see cref="Default"/>, <see cref="LossContract.Loss"/> with the same options, <see cref="LossContract.Draw"/> and
/// <see cref="LossContract.Extremes"/>; <see cref="PerRow"/> and <see cref="ThirdRow"/> where the formula uses them.
/// </remarks>
public abstract class RowLossContract : LossContract
{
    /// <summary>Gets the loss that the tests are about; <see cref="LossContract.Loss"/> must use the same options.</summary>
    protected abstract RowLoss Default { get; }

    /// <summary>Returns the per-row number of row <paramref name="row"/>, for example a target, where the formula has one.</summary>
    protected virtual double PerRow(int row) => 0;

    /// <summary>Returns element <paramref name="j"/> of the third row, where the loss itself creates it (a weight of 1).</summary>
    protected virtual double ThirdRow(int j) => 0;

    [Theory]
    [MemberData(nameof(Shapes))]
    [MemberData(nameof(LargeShapes))]
    public void Value_is_the_formula_in_plain_doubles(int[] shape)
    {
        Tensor[] inputs = Draw(shape, Random);
        int length = inputs[0].Shape[-1];
        double[][] rows = [.. inputs.Select(x => x.ToArray<double>())];
        double[] expected = [.. Enumerable.Range(0, inputs[0].Count / length).Select(row =>
        {
            Statistics<Real> sums = default;
            for (int j = row * length; j < (row + 1) * length; j++)
            {
                Statistics<Real> s = Default.Formula.Terms(
                    rows[0][j], rows[Math.Min(1, rows.Length - 1)][j], rows.Length > 2 ? rows[2][j] : ThirdRow(j));
                sums = new(sums.First + s.First, sums.Second + s.Second, sums.Third + s.Third, sums.Fourth + s.Fourth);
            }

            return Default.Formula.Value(sums, (Real)PerRow(row)).Value;
        })];
        Near(Tensor.From(expected), Loss(inputs, Reduction.None).Flatten());
    }

    [Fact]
    public void Formula_writes_itself() => Assert.NotEmpty(Default.ToLatex());

    [Fact]
    public void Curves_are_finite_and_differentiable() => CriterionAssert.HasCurves(Default);

    [Fact]
    public void Options_survive_JSON() => CriterionAssert.IsStored(Default);
}
