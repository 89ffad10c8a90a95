using Criterion.Formulas;

namespace Criterion.Tests.Gradients;

/// <summary>What a sweep gives back to the pool before its scope ends, and what it must not.</summary>
public class BackwardMemoryTests
{
    [Fact]
    public void What_a_rule_makes_and_does_not_return_goes_back_at_once()
    {
        using TensorScope scope = new();
        Tensor x = Learned();
        Tensor? aside = null;
        Doubled(x, g => aside = g * 3).Sum().Backward();

        Assert.Throws<TensorException>(() => aside!.ToArray<float>());
        Assert.All(x.Grad!.ToArray<float>(), static g => Assert.Equal(2, g));
    }

    [Fact]
    public void The_gradient_of_a_result_goes_back_when_those_of_its_inputs_are_known()
    {
        using TensorScope scope = new();
        Tensor x = Learned();
        Tensor? passed = null;
        (Doubled(x, g => passed = g) * 5).Sum().Backward();

        Assert.Throws<TensorException>(() => passed!.ToArray<float>());
        Assert.All(x.Grad!.ToArray<float>(), static g => Assert.Equal(10, g));
    }

    [Fact]
    public void Gradients_that_share_memory_or_are_asked_for_stay()
    {
        using TensorScope scope = new();
        (Tensor x, Tensor y) = (Learned(), Learned());
        Tensor sum = x + y;
        Tensor product = sum * sum.Reshape(2, 2).Reshape(4);
        Tensor[] gradients = Autograd.Grad([product.Sum()], [product, sum, x, y]);

        Assert.All(gradients[0].ToArray<float>(), static g => Assert.Equal(1, g));
        Assert.All(gradients[1..], g => Assert.Equal([4, 8, 12, 16], g.ToArray<float>()));
    }

    [Fact]
    public void A_sweep_that_is_recorded_or_repeated_keeps_all()
    {
        using TensorScope scope = new();
        Tensor x = Learned();
        Tensor? aside = null;
        Tensor y = Doubled(x, g => aside = g * 3).Sum();
        Autograd.Grad([y], [x], createGraph: true);
        Assert.Equal([3, 3, 3, 3], aside!.ToArray<float>());
        Autograd.Grad([y], [x], retainGraph: true);
        Assert.Equal([3, 3, 3, 3], aside.ToArray<float>());
    }

    [Fact]
    public void The_gradients_of_leaves_that_get_the_same_one_are_their_own()
    {
        using TensorScope scope = new();
        (Tensor x, Tensor y) = (Learned(), Learned());
        ((x + y) + (x + (y * 3))).Sum().Backward();
        (x * 10).Sum().Backward();

        Assert.All(x.Grad!.ToArray<float>(), static g => Assert.Equal(12, g));
        Assert.All(y.Grad!.ToArray<float>(), static g => Assert.Equal(4, g));
    }

    [Fact]
    public void A_leaf_and_a_result_that_get_the_same_gradient_do_not_share_it()
    {
        using TensorScope scope = new();
        Tensor x = Learned();
        Tensor doubled = x * 2;
        ((doubled + x) + x).Sum().Backward();

        Assert.All(x.Grad!.ToArray<float>(), static g => Assert.Equal(4, g));
    }

    [Fact]
    public void Adding_in_place_to_a_gradient_leaves_those_of_a_retained_graph_alone()
    {
        using TensorScope scope = new();
        Tensor x = Learned();
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
        Tensor x = Learned();
        (x * 10).Sum().Backward();
        Tensor kept = scope.Keep(x.Grad!);
        (x * 10).Sum().Backward();

        Assert.All(kept.ToArray<float>(), static g => Assert.Equal(10, g));
        Assert.All(x.Grad!.ToArray<float>(), static g => Assert.Equal(20, g));
    }

    static Tensor Learned()
    {
        Tensor x = Tensor.From(1f, 2, 3, 4);
        x.RequiresGrad = true;
        return x;
    }

    /// <summary>2·x with a rule that shows its gradient to <paramref name="look"/>.</summary>
    static Tensor Doubled(Tensor x, Action<Tensor> look) => Autograd.Record("doubled", x.Detach() * 2, [], look, (x, static (g, look) => Seen(g, look) * 2));

    static Tensor Seen(Tensor gradient, Action<Tensor> look)
    {
        look(gradient);
        return gradient;
    }
}
