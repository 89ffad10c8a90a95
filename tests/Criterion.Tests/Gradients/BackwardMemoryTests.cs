using Criterion.Formulas;

namespace Criterion.Tests.Gradients;

/// <summary>A backward pass releases intermediate gradients before its scope ends, and nothing that is still needed.</summary>
public class BackwardMemoryTests
{
    [Fact]
    public void A_tensor_that_a_rule_creates_and_does_not_return_is_released_at_once()
    {
        using TensorScope scope = new();
        Tensor x = Leaf();
        Tensor? aside = null;
        Doubled(x, g => aside = g * 3).Sum().Backward();

        Assert.Throws<TensorException>(() => aside!.ToArray<float>());
        Assert.All(x.Grad!.ToArray<float>(), static g => Assert.Equal(2, g));
    }

    [Fact]
    public void The_gradient_of_a_result_is_released_when_those_of_its_inputs_are_computed()
    {
        using TensorScope scope = new();
        Tensor x = Leaf();
        Tensor? passed = null;
        (Doubled(x, g => passed = g) * 5).Sum().Backward();

        Assert.Throws<TensorException>(() => passed!.ToArray<float>());
        Assert.All(x.Grad!.ToArray<float>(), static g => Assert.Equal(10, g));
    }

    [Fact]
    public void Gradients_that_share_memory_or_are_requested_stay()
    {
        using TensorScope scope = new();
        (Tensor x, Tensor y) = (Leaf(), Leaf());
        Tensor sum = x + y;
        Tensor product = sum * sum.Reshape(2, 2).Reshape(4);
        Tensor[] gradients = Autograd.Grad([product.Sum()], [product, sum, x, y]);

        Assert.All(gradients[0].ToArray<float>(), static g => Assert.Equal(1, g));
        Assert.All(gradients[1..], g => Assert.Equal([4, 8, 12, 16], g.ToArray<float>()));
    }

    [Fact]
    public void A_pass_that_is_recorded_or_retains_its_graph_releases_nothing()
    {
        using TensorScope scope = new();
        Tensor x = Leaf();
        Tensor? aside = null;
        Tensor y = Doubled(x, g => aside = g * 3).Sum();
        Autograd.Grad([y], [x], createGraph: true);
        Assert.Equal([3, 3, 3, 3], aside!.ToArray<float>());
        Autograd.Grad([y], [x], retainGraph: true);
        Assert.Equal([3, 3, 3, 3], aside.ToArray<float>());
    }

    [Fact]
    public void Leaves_that_get_the_same_gradient_do_not_share_it()
    {
        using TensorScope scope = new();
        (Tensor x, Tensor y) = (Leaf(), Leaf());
        ((x + y) + (x + (y * 3))).Sum().Backward();
        (x * 10).Sum().Backward();

        Assert.All(x.Grad!.ToArray<float>(), static g => Assert.Equal(12, g));
        Assert.All(y.Grad!.ToArray<float>(), static g => Assert.Equal(4, g));
    }

    [Fact]
    public void A_leaf_and_a_result_that_get_the_same_gradient_do_not_share_it()
    {
        using TensorScope scope = new();
        Tensor x = Leaf();
        Tensor doubled = x * 2;
        ((doubled + x) + x).Sum().Backward();

        Assert.All(x.Grad!.ToArray<float>(), static g => Assert.Equal(4, g));
    }

    [Fact]
    public void Adding_in_place_to_a_gradient_leaves_those_of_a_retained_graph_alone()
    {
        using TensorScope scope = new();
        Tensor x = Leaf();
        Tensor loss = TensorFormula.Sum(new FixedPower(2), x);
        loss.Backward(retainGraph: true);
        (x * 10).Sum().Backward();
        loss.Backward(retainGraph: true);
        loss.Backward();

        Assert.Equal([16, 22, 28, 34], x.Grad!.ToArray<float>());
    }

    [Fact]
    public void A_gradient_that_was_kept_is_not_added_to()
    {
        using TensorScope scope = new();
        Tensor x = Leaf();
        (x * 10).Sum().Backward();
        Tensor kept = scope.Keep(x.Grad!);
        (x * 10).Sum().Backward();

        Assert.All(kept.ToArray<float>(), static g => Assert.Equal(10, g));
        Assert.All(x.Grad!.ToArray<float>(), static g => Assert.Equal(20, g));
    }

    [Fact]
    public void A_leaf_does_not_take_over_a_tensor_that_its_rule_holds()
    {
        using TensorScope scope = new();
        Tensor x = Leaf();
        Tensor constant = Tensor.From(5f, 6, 7, 8);
        Tensor y = Autograd.Record("held", x.Detach() * 1, [], constant, (x, static (_, constant) => constant));
        y.Backward(Tensor.Ones([4]), retainGraph: true);
        y.Backward(Tensor.Ones([4]));

        Assert.Equal([5, 6, 7, 8], constant.ToArray<float>());
        Assert.Equal([10, 12, 14, 16], x.Grad!.ToArray<float>());
    }

    static Tensor Leaf()
    {
        Tensor x = Tensor.From(1f, 2, 3, 4);
        x.RequiresGrad = true;
        return x;
    }

    /// <summary>2·x with a rule that passes its gradient to <paramref name="look"/>.</summary>
    static Tensor Doubled(Tensor x, Action<Tensor> look) =>
        Autograd.Record("doubled", x.Detach() * 2, [], look, (x, static (g, look) => Seen(g, look) * 2));

    static Tensor Seen(Tensor gradient, Action<Tensor> look)
    {
        look(gradient);
        return gradient;
    }
}
