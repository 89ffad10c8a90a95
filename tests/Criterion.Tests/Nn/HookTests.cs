using Criterion.Nn;

namespace Criterion.Tests.Nn;

/// <summary>Functions that run around the forward calls of a layer.</summary>
public class HookTests
{
    [Fact]
    public void Hooks_run_in_containers_and_on_them()
    {
        Linear inner = new(3, 3);
        Sequential net = [new Residual(inner), new ReLU()];
        int calls = 0;
        inner.OnForward((_, _, _) => calls++);
        net.OnForward((_, _, _) => calls += 10);
        net.Forward(Tensor.Ones([2, 3]));
        Assert.Equal(11, calls);
        Assert.DoesNotContain("hook", string.Join(' ', net.StateDict().Keys));
    }

    [Fact]
    public void Without_hooks_a_call_allocates_nothing()
    {
        Identity layer = new();
        layer.OnForward(static (_, _, _) => { }).Dispose();
        Assert.Equal(0, Allocated(layer));
        Assert.Equal(0, Allocated(new Dropout().Eval()));

        static long Allocated(Layer layer)
        {
            Tensor x = Tensor.Ones([2, 3]);
            for (int i = 0; i < 100; i++)
            {
                layer.Forward(x);
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
            {
                layer.Forward(x);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void A_hook_sees_the_input_and_output_of_a_nested_layer()
    {
        Linear inner = new(3, 2);
        Sequential net = new(new Sequential(inner), new ReLU());
        List<(Layer Layer, Tensor Input, Tensor Output)> seen = [];
        Tensor x = Tensor.Randn([4, 3], random: new RandomStream(1));
        using (inner.OnForward((layer, input, output) => seen.Add((layer, input, output))))
        {
            net.Forward(x);
        }

        net.Forward(x);
        (Layer layer, Tensor input, Tensor output) = Assert.Single(seen);
        Assert.Same(inner, layer);
        Assert.Same(x, input);
        Assert.Equal(inner.Forward(x).ToArray<float>(), output.ToArray<float>());
    }

    [Fact]
    public void Hooks_run_in_the_order_in_which_they_were_added_until_they_are_removed()
    {
        ReLU layer = new();
        string order = "";
        IDisposable first = layer.BeforeForward((_, _) => order += "a");
        IDisposable second = layer.BeforeForward((_, _) => order += "b");
        using IDisposable third = layer.OnForward((_, _, _) => order += "c");
        layer.Forward(Tensor.Ones(2));
        first.Dispose();
        first.Dispose();
        layer.Forward(Tensor.Ones(2));
        second.Dispose();
        layer.Forward(Tensor.Ones(2));
        Assert.Equal("abcbcc", order);
    }

    [Fact]
    public void Input_and_output_are_replaced_and_gradients_flow_through_both()
    {
        LeakyReLU layer = new(0.5);
        using IDisposable before = layer.ReplaceInput((_, input) => input * 3);
        using IDisposable after = layer.ReplaceOutput((_, _, output) => output + 1);
        Tensor x = Tensor.From([2f, -2], requiresGrad: true);
        Tensor y = layer.Forward(x);
        y.Sum().Backward();
        Assert.Equal([7f, -2], y.ToArray<float>());
        Assert.Equal([3f, 1.5f], x.Grad!.ToArray<float>());
    }

    [Fact]
    public void Layers_that_also_take_a_state_run_hooks()
    {
        int calls = 0;
        GRU gru = new(3, 2);
        LSTM lstm = new(3, 2);
        MultiheadAttention attention = new(4, 2);
        using IDisposable a = gru.OnForward((_, _, _) => calls++);
        using IDisposable b = lstm.OnForward((_, _, _) => calls++);
        using IDisposable c = attention.OnForward((_, _, _) => calls++);
        gru.Forward(Tensor.Ones(5, 1, 3), state: null);
        lstm.Forward(Tensor.Ones(5, 1, 3), state: null);
        attention.Forward(Tensor.Ones(1, 5, 4), causal: true);
        Assert.Equal(3, calls);
    }

    [Fact]
    public void An_exception_of_a_hook_is_the_callers()
    {
        ReLU layer = new();
        using IDisposable hook = layer.BeforeForward(static (_, _) => throw new TimeoutException());
        Assert.Throws<TimeoutException>(() => layer.Forward(Tensor.Ones(2)));
    }

    [Fact]
    public void A_replacement_must_be_a_tensor()
    {
        ReLU layer = new();
        using IDisposable hook = layer.ReplaceOutput(static (_, _, _) => null!);
        Assert.Contains("ReplaceOutput", Assert.Throws<TensorException>(() => layer.Forward(Tensor.Ones(2))).Message);
    }

    [Fact]
    public void A_replaced_input_of_another_type_is_refused()
    {
        Linear layer = new(2, 2);
        using IDisposable hook = layer.ReplaceInput(static (_, input) => input.To(DType.Float64));
        Assert.Throws<DTypeException>(() => layer.Forward(Tensor.Ones(1, 2)));
    }
}
