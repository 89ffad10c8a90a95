using Criterion.Losses;
using Criterion.Tests.Golden;

namespace Criterion.Tests.Losses;

/// <summary>
/// The contract of every loss of tensors of one shape, pointwise or of rows. The tests of a loss derive from its family's contract.
/// </summary>
/// <remarks>
/// Override <see cref="Loss"/>, <see cref="Draw"/> and <see cref="Extremes"/>. Draw where the loss is smooth: the shapes include rows of
/// one element, and values are compared at 1e-11. Where the loss of such rows is constant, draw away from 0, since a gradient that is only
/// rounding error divided by a small x would exceed that tolerance.
/// </remarks>
public abstract class LossContract
{
    /// <summary>Computes the loss with default options, except for the reduction, as a function of its differentiable inputs.</summary>
    protected abstract Tensor Loss(Tensor[] inputs, Reduction reduction = Reduction.Mean, OnEmpty onEmpty = OnEmpty.Throw);

    /// <summary>Draws differentiable inputs of a shape at which the loss is smooth.</summary>
    protected abstract Tensor[] Draw(Shape shape, RandomStream random);

    /// <summary>
    /// Gets inputs at extremes and kinks: value and first derivatives must be finite, second derivatives must not be NaN (they may be
    /// infinite).
    /// </summary>
    protected abstract IEnumerable<Tensor[]> Extremes { get; }

    /// <summary>Gets the reductions of the loss.</summary>
    protected virtual IEnumerable<Reduction> Reductions => [Reduction.Mean, Reduction.Sum, Reduction.None];

    /// <summary>Computes the loss of inputs one of which has another shape.</summary>
    protected virtual Tensor LossOfOtherShapes(Tensor[] inputs)
    {
        inputs[1] = inputs[1].Narrow(1, 0, 1);
        return Loss(inputs);
    }

    /// <summary>Returns a permutation of a batch under which the loss must not change.</summary>
    protected virtual Tensor Order(int count) => Tensor.Permutation(count, Random);

    /// <summary>Gets the step of central differences.</summary>
    protected virtual double Step => 1e-5;

    /// <summary>Gets the tolerance of gradients in single precision, relative to the largest.</summary>
    protected virtual double SingleTolerance => 2e-5;

    protected static RandomStream Random => new(7);

    public static TheoryData<int[]> Shapes { get; } = new([1, 1], [1, 7], [3, 5], [2, 3, 4], [7, 16], [5, 33]);

    public static TheoryData<int[]> LargeShapes { get; } = new([16383], [16384], [16385, 1], [3, 16385], [129, 257]);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void First_and_second_derivatives_are_those_of_central_differences(int[] shape)
    {
        foreach (Reduction reduction in Reductions)
        {
            GradCheck.Check(inputs => Loss(inputs, reduction), Draw(shape, Random), step: Step);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    [MemberData(nameof(LargeShapes))]
    public void Reductions_agree(int[] shape)
    {
        Tensor[] inputs = Draw(shape, Random);
        Tensor single = Loss(inputs, Reduction.None);
        Near(single.Sum(), Loss(inputs, Reduction.Sum));
        Near(single.Mean(), Loss(inputs, Reduction.Mean));
    }

    [Fact]
    public void Reductions_that_it_lacks_are_an_error_when_it_is_made()
    {
        foreach (Reduction reduction in Enum.GetValues<Reduction>().Except(Reductions))
        {
            Assert.Contains(
                reduction.ToString(),
                Assert.Throws<ArgumentOutOfRangeException>(() => Loss(Draw([2, 3], Random), reduction)).Message,
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    [MemberData(nameof(LargeShapes))]
    public void Fused_gradients_are_those_of_the_composed_graph(int[] shape)
    {
        foreach (Reduction reduction in Reductions)
        {
            Tensor[] inputs = Leaves(Draw(shape, Random));
            Tensor loss = Loss(inputs, reduction);
            Tensor[] composed = Criterion.Autograd.Grad([loss], inputs, createGraph: true, gradients: [Tensor.FullLike(loss, 1.5)]);
            loss.Backward(Tensor.FullLike(loss, 1.5));
            for (int i = 0; i < inputs.Length; i++)
            {
                Near(composed[i], inputs[i].Grad!, 1e-9);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    [MemberData(nameof(LargeShapes))]
    public void Single_precision_is_near_double(int[] shape)
    {
        Tensor[] single = Leaves([.. Draw(shape, Random).Select(x => x.To(DType.Float32))]);
        Tensor[] twice = Leaves([.. single.Select(x => x.Detach().To(DType.Float64))]);
        Tensor loss = Loss(single);
        Tensor exact = Loss(twice);
        loss.Backward();
        exact.Backward();
        Assert.Equal(DType.Float32, loss.DType);
        Near(exact, loss.To(DType.Float64), 2e-6);
        for (int i = 0; i < single.Length; i++)
        {
            double scale = twice[i].Grad!.Abs().Max().Item();
            Near(twice[i].Grad! / scale, single[i].Grad!.To(DType.Float64) / scale, SingleTolerance);
        }
    }

    [Fact]
    public void Extremes_are_finite_to_second_order()
    {
        foreach (Tensor[] extreme in Extremes)
        {
            foreach (DType type in new[] { DType.Float64, DType.Float32 })
            {
                Tensor[] inputs = Leaves([.. extreme.Select(x => x.To(type))]);
                Tensor loss = Loss(inputs, Reduction.Sum);
                Tensor[] first = Criterion.Autograd.Grad([loss], inputs, createGraph: true);
                Tensor slopes = first.Select(g => (g * g).Sum()).Aggregate((a, b) => a + b);
                Tensor[] second = slopes.RequiresGrad ? Criterion.Autograd.Grad([slopes], inputs, allowUnused: true) : [];
                foreach (Tensor value in (Tensor[])[loss, .. first])
                {
                    Assert.True(value.IsFinite().To(DType.Int64).Min().Item() == 1, $"{string.Join<Tensor>(", ", extreme)} → {value}");
                }

                foreach (Tensor value in second)
                {
                    Assert.False(
                        value.IsNaN().To(DType.Int64).Max().Item() == 1,
                        $"second derivative at {string.Join<Tensor>(", ", extreme)} → {value}");
                }
            }
        }
    }

    [Fact]
    public void NaN_in_one_element_shows()
    {
        for (int i = 0; i < Draw([3, 5], Random).Length; i++)
        {
            Tensor[] inputs = Draw([3, 5], Random);
            inputs[i][1, 2] = Tensor.Scalar(double.NaN);
            Assert.True(double.IsNaN(Loss(inputs).Item()));
        }
    }

    [Fact]
    public void Order_of_the_batch_does_not_matter()
    {
        Tensor[] inputs = Draw([33, 5], Random);
        Tensor order = Order(33);
        Near(Loss(inputs), Loss([.. inputs.Select(x => x.IndexSelect(0, order))]));
    }

    [Fact]
    public void Views_give_the_same()
    {
        Tensor[] inputs = Draw([6, 5], Random);
        Tensor[] views = [.. inputs.Select(x => x.Transpose().Contiguous().Transpose())];
        Assert.False(views[0].IsContiguous);
        Near(Loss(inputs), Loss(views));
    }

    [Fact]
    public void Nothing_to_compare_is_an_error_unless_asked_for_zero()
    {
        Tensor[] empty = [.. Draw([1, 5], Random).Select(x => x.Narrow(0, 0, 0))];
        Assert.Contains("OnEmpty", Assert.Throws<LossException>(() => Loss(empty)).Message, StringComparison.Ordinal);
        Assert.Equal(0, Loss(empty, onEmpty: OnEmpty.Zero).Item());
    }

    [Fact]
    public virtual void Other_shapes_are_an_error_that_names_them()
    {
        Tensor[] inputs = Draw([4, 5], Random);
        string message = Assert.Throws<ShapeException>(() => LossOfOtherShapes(inputs)).Message;
        Assert.Contains("[4, 5]", message, StringComparison.Ordinal);
        Assert.Contains("[4, 1]", message, StringComparison.Ordinal);
    }

    protected static Tensor[] Leaves(Tensor[] inputs) => [.. inputs.Select(static x =>
    {
        Tensor leaf = x.Detach().Clone();
        leaf.RequiresGrad = true;
        return leaf;
    })];

    protected static void Near(Tensor expected, Tensor actual, double tolerance = 1e-11) =>
        Golden.GoldenAssert.Close(expected, actual, "result", tolerance);

    protected static Tensor Doubles(params double[] values) => Tensor.From(values, [1, values.Length]);
}
