namespace Criterion.Tests.Tensors;

/// <summary>Assignments to parts: numbers and tensors, in place, with the rules of changes in place.</summary>
public class AssignmentTests
{
    [Fact]
    public void Numbers_fill_a_part()
    {
        Tensor x = Tensor.Zeros(2, 3);
        x[0, 1] = 5.0;
        x[1] = 2;
        x[.., 2] += 0.5;
        Assert.Equal([0f, 5, 0.5f, 2, 2, 2.5f], x.ToArray<float>());
        Tensor y = Tensor.Zeros([2], DType.Float64);
        y[0] = 0.1;
        Assert.Equal([0.1, 0], y.ToArray<double>());
        Tensor labels = Tensor.Zeros([2], DType.Int64);
        labels[^1] = 7;
        Assert.Equal([0L, 7], labels.ToArray<long>());
    }

    [Fact]
    public void Tensors_are_converted_and_broadcast_to_a_part()
    {
        Tensor x = Tensor.Zeros(4, 2);
        x[1..3] = Tensor.From(1, 2);
        x[0] = Tensor.From(3.0, 4);
        Assert.Equal([3f, 4, 1, 2, 1, 2, 0, 0], x.ToArray<float>());
        Assert.Throws<ShapeException>(() => x[0] = Tensor.Zeros(3));
    }

    [Fact]
    public void A_part_may_be_assigned_to_another_that_overlaps()
    {
        Tensor x = Tensor.Arange(0, 6);
        x[1..] = x[..^1];
        Assert.Equal([0f, 0, 1, 2, 3, 4], x.ToArray<float>());
        x[1..].CopyFrom(x[..^1]);
        Assert.Equal([0f, 0, 0, 1, 2, 3], x.ToArray<float>());
    }

    [Fact]
    public void What_would_be_missing_in_a_graph_is_refused()
    {
        Tensor weight = Tensor.From([1f, 2f], requiresGrad: true);
        Assert.Contains("NoGrad", Assert.Throws<AutogradException>(() => weight[0] = 3).Message, StringComparison.Ordinal);
        Tensor buffer = Tensor.Zeros(2);
        Assert.Contains("Detach", Assert.Throws<AutogradException>(() => buffer[0] = weight[0]).Message, StringComparison.Ordinal);
        buffer[0] = weight[0].Detach();
        using (Autograd.NoGrad())
        {
            weight[0] = 3;
            buffer[1] = weight[1];
        }

        Assert.Equal([1f, 2], buffer.ToArray<float>());
        Assert.Equal([3f, 2], weight.ToArray<float>());
    }

    [Fact]
    public void A_changed_value_that_a_gradient_needs_is_an_error()
    {
        Tensor x = Tensor.From([1f, 2f], requiresGrad: true);
        Tensor factor = Tensor.From(3f, 4f);
        Tensor y = (x * factor).Sum();
        factor[0] = 0;
        Assert.Contains("changed in place", Assert.Throws<AutogradException>(() => y.Backward()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stretched_views_are_refused() =>
        Assert.Throws<TensorException>(static () => Tensor.Zeros(1, 2).Expand(3, 2)[0, 0] = 1);
}
