using Criterion.Nn;

namespace Criterion.Tests.Memory;

/// <summary>The error for a released tensor names the tensor, what released it, and how to keep it.</summary>
public class ReleaseErrorTests
{
    [Fact]
    public void The_end_of_a_scope()
    {
        Tensor tensor;
        using (new TensorScope())
        {
            tensor = Tensor.Ones([2, 3]);
        }

        AssertNames(tensor, "Float32", "[2, 3]", "its TensorScope ended", "scope.Keep(tensor)", "tensor.Keep()", "TensorScope.Outside");
    }

    [Fact]
    public void A_result_is_named_by_its_operation()
    {
        Tensor tensor;
        using (new TensorScope())
        {
            tensor = Leaf() * Leaf();
        }

        AssertNames(tensor, "a result of 'mul'", "[4]", "its TensorScope ended");
    }

    [Fact]
    public void The_module_that_read_an_activation()
    {
        using TensorScope scope = new();
        Tap tap = new();
        using (Autograd.NoGrad())
        {
            new Sequential(new Linear(4, 4), tap, new ReLU()).Forward(Tensor.Ones([3, 4]));
        }

        AssertNames(tap.Seen!, "[3, 4]", "the module 'ReLU'", "Sequential", "tensor.Keep() in the module");
    }

    [Fact]
    public void The_last_gradient_that_read_an_activation()
    {
        using TensorScope scope = new();
        Tap tap = new();
        new Sequential(new Linear(4, 4), tap, new ReLU(), new Linear(4, 1)).Forward(Leaf().Unsqueeze(0)).Sum().Backward();

        AssertNames(tap.Seen!, "[1, 4]", "was released", "tensor.Keep()");
        AssertNames(SavedBySquare(), "[4]", "Backward", "the gradient of 'mul'", "retainGraph: true", "tensor.Keep() before it");
    }

    [Fact]
    public void The_operation_whose_gradient_was_passed_on()
    {
        using TensorScope scope = new();
        Tensor x = Leaf();
        Tensor? seen = null;
        Autograd.Record("twice", x.Detach() * 2, [], 0, (x, (g, _) => (seen = g * 1) * 2)).Sum().Backward();

        AssertNames(seen!, "[4]", "Backward", "the gradient of 'twice'", "intermediate gradient", "tensor.Keep()", "Autograd.Grad");
    }

    [Fact]
    public void A_backward_pass_names_the_operation_whose_saved_value_was_released()
    {
        Tensor x = Leaf();
        Tensor y;
        using (TensorScope scope = new())
        {
            Tensor saved = Tensor.Full([4], 3);
            y = scope.Keep(x * saved);
        }

        TensorException error = Assert.Throws<TensorException>(() => y.Backward(Tensor.Ones([4])));
        AssertContains(error, "Backward: the gradient of 'mul'", "[4]", "its TensorScope ended", "scope.Keep(tensor)");
    }

    [Fact]
    public void A_saved_value_that_no_gradient_needs_may_be_released()
    {
        Tensor factor = Tensor.Full([4], 3);
        Tensor w = Leaf();
        Tensor y;
        using (TensorScope scope = new())
        {
            y = scope.Keep(factor.Detach() * w);
            _ = Tensor.Ones([4]);
        }

        y.Backward(Tensor.Ones([4]));
        Assert.All(w.Grad!.ToArray<float>(), static g => Assert.Equal(3, g));
    }

    [Fact]
    public void A_release_that_many_others_followed_is_still_an_error()
    {
        Tensor first = InScope();
        for (int i = 0; i < 100; i++)
        {
            InScope();
        }

        AssertNames(first, "[4]", "was released", "tensor.Keep()");

        static Tensor InScope()
        {
            using TensorScope scope = new();
            return Tensor.Ones([4]);
        }
    }

    /// <summary>An activation that the rule of a product reads.</summary>
    static Tensor SavedBySquare()
    {
        Tap tap = new();
        new Sequential(new Scaled(), tap, new Squared()).Forward(Leaf()).Backward(Tensor.Ones([4]));
        return tap.Seen!;
    }

    static void AssertNames(Tensor tensor, params string[] words) =>
        AssertContains(Assert.Throws<TensorException>(() => tensor.ToArray<float>()), words);

    static void AssertContains(Exception error, params string[] words) =>
        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));

    static Tensor Leaf()
    {
        Tensor leaf = Tensor.From(1f, 2, 3, 4);
        leaf.RequiresGrad = true;
        return leaf;
    }

    sealed class Tap : Module
    {
        public Tensor? Seen { get; private set; }

        public override Tensor Forward(Tensor input) => Seen = input;
    }

    sealed class Scaled : Module
    {
        public override Tensor Forward(Tensor input) => input * 2;
    }

    sealed class Squared : Module
    {
        public override Tensor Forward(Tensor input) => input * input;
    }
}
