using Criterion.Nn;

namespace Criterion.Tests.Memory;

/// <summary>
/// Activations between modules inside of a scope are released when they have been read for the last time, and nothing else is.
/// </summary>
public class ActivationReleaseTests
{
    [Fact]
    public void An_activation_that_no_gradient_reads_is_released_at_once()
    {
        using TensorScope scope = new();
        Tap tap = new();
        Sequential net = [new Linear(4, 4), tap, new Linear(4, 2)];
        using (Autograd.NoGrad())
        {
            net.Forward(Tensor.Ones([3, 4]));
        }

        Assert.Contains("Sequential", Assert.Throws<TensorException>(() => tap.Seen!.ToArray<float>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_activation_that_a_gradient_reads_is_released_after_it()
    {
        using TensorScope scope = new();
        Tap tap = new();
        Sequential net = [new Linear(4, 4), tap, new Linear(4, 2)];
        Tensor loss = net.Forward(Tensor.Ones([3, 4])).Sum();
        float[] passing = tap.Seen!.ToArray<float>();
        Assert.Equal(12, passing.Length);

        loss.Backward(retainGraph: true);
        Assert.Equal(passing, tap.Seen.ToArray<float>());
        loss.Backward();
        Assert.Throws<TensorException>(() => tap.Seen.ToArray<float>());
    }

    [Fact]
    public void An_activation_function_saves_its_result_and_not_its_input()
    {
        using TensorScope scope = new();
        (Tap before, Tap after) = (new(), new());
        Sequential net = [new Linear(4, 4), before, new LeakyReLU(0.2), after, new Linear(4, 2)];
        net.Forward(Tensor.Ones([3, 4]));
        Assert.Throws<TensorException>(() => before.Seen!.ToArray<float>());
        Assert.Equal(12, after.Seen!.ToArray<float>().Length);
    }

    [Fact]
    public void Input_and_output_stay_where_modules_return_views()
    {
        using TensorScope scope = new();
        Tensor input = Tensor.Ones([3, 4]);
        Sequential net = [new Flatten(0), new Identity(), new Unflatten(0, [2, 6]), new Linear(6, 6), new Flatten(0), new Dropout(0)];
        using (Autograd.NoGrad())
        {
            Tensor output = net.Forward(input);
            Assert.Equal(12, output.ToArray<float>().Length);
        }

        Assert.All(input.ToArray<float>(), static x => Assert.Equal(1, x));
    }

    [Fact]
    public void A_kept_activation_stays()
    {
        using TensorScope scope = new();
        Tap tap = new(keeps: true);
        Sequential net = [new Linear(4, 4), tap, new Linear(4, 2)];
        net.Forward(Tensor.Ones([3, 4])).Sum().Backward();
        Assert.Equal(12, tap.Seen!.ToArray<float>().Length);
    }

    [Fact]
    public void A_residual_block_releases_the_output_of_its_body_but_not_its_input()
    {
        using TensorScope scope = new();
        Tensor input = Tensor.Ones([3, 4]);
        Tap tap = new();
        using (Autograd.NoGrad())
        {
            Assert.All(new Residual(new Identity()).Forward(input).ToArray<float>(), static x => Assert.Equal(2, x));
            new Residual(new Sequential(new Linear(4, 4), tap)).Forward(input);
        }

        Assert.All(input.ToArray<float>(), static x => Assert.Equal(1, x));
        Assert.Throws<TensorException>(() => tap.Seen!.ToArray<float>());
    }

    [Fact]
    public void Gradients_to_second_order_are_those_without_a_scope()
    {
        Sequential net =
        [
            new Linear(4, 5, random: new(1)), new LeakyReLU(0.2), new LayerNorm([5]), new Tanh(), new Linear(5, 1, random: new(2)),
        ];
        Tensor x = Tensor.Randn([3, 4], random: new(3));
        float[][] outside = Penalised(net, x);
        using (new TensorScope())
        {
            Assert.Equal(outside, Penalised(net, x));
        }
    }

    [Fact]
    public void Outside_of_a_scope_nothing_is_released()
    {
        Tap tap = new();
        new Sequential(new Linear(4, 4), tap, new Linear(4, 2)).Forward(Tensor.Ones([3, 4])).Sum().Backward();
        Assert.Equal(12, tap.Seen!.ToArray<float>().Length);
    }

    /// <summary>The gradients of a loss with a penalty on its slope.</summary>
    static float[][] Penalised(Sequential net, Tensor x)
    {
        Tensor images = x.Detach();
        images.RequiresGrad = true;
        Tensor slope = Autograd.Grad(net.Forward(images).Sum(), images, createGraph: true);
        (net.Forward(x).Sum() + slope.Pow(2).Sum()).Backward();
        float[][] gradients = [.. net.Parameters().Select(static p => p.Grad!.ToArray<float>())];
        net.ZeroGrad();
        return gradients;
    }

    /// <summary>Returns its input, and gives access to it afterwards.</summary>
    sealed class Tap(bool keeps = false) : Module
    {
        public Tensor? Seen { get; private set; }

        public override Tensor Forward(Tensor input)
        {
            return Seen = keeps ? input.Keep() : input;
        }
    }
}
