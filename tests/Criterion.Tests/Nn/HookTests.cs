using Criterion.Nn;

namespace Criterion.Tests.Nn;

/// <summary>Hooks run around every forward call of a layer, wherever it is called.</summary>
public class HookTests
{
    static Tensor X => Tensor.Randn([2, 3], random: new RandomStream(1));

    [Fact]
    public void Hooks_run_in_order_on_a_layer_that_an_own_module_calls()
    {
        Own net = new();
        List<string> seen = [];
        Tensor? output = null;
        using (net.Inner.BeforeForward((layer, input) => seen.Add($"before {layer.GetType().Name} {input.Shape}")))
        using (net.Inner.OnForward((_, _, y) => output = y))
        using (net.Inner.OnForward((_, input, y) => seen.Add($"after {input.Shape} {y.Shape}")))
        {
            Tensor y = net.Forward(X);
            Assert.Same(y, output);
        }

        Assert.Equal(["before Linear [2, 3]", "after [2, 3] [2, 2]"], seen);
        net.Forward(X);
        Assert.Equal(2, seen.Count);
    }

    [Fact]
    public void Hooks_run_in_containers_and_on_them()
    {
        Linear inner = new(3, 3);
        Sequential net = [new Residual(inner), new ReLU()];
        int calls = 0;
        inner.OnForward((_, _, _) => calls++);
        net.OnForward((_, _, _) => calls += 10);
        net.Forward(X);
        Assert.Equal(11, calls);
        Assert.DoesNotContain("hook", string.Join(' ', net.StateDict().Keys));
    }

    [Fact]
    public void Input_and_output_can_be_replaced_and_have_gradients()
    {
        Linear layer = new(3, 2);
        float[] expected = (layer.Forward(X * 2) * 3).ToArray<float>();
        using IDisposable before = layer.ReplaceInput((_, input) => input * 2);
        using IDisposable after = layer.ReplaceOutput((_, _, output) => output * 3);
        Tensor y = layer.Forward(X);
        Assert.Equal(expected, y.ToArray<float>());
        y.Sum().Backward();
        Assert.Equal([6, 6], layer.Bias!.Grad!.ToArray<float>());
    }

    [Fact]
    public void A_replaced_input_is_checked_as_well()
    {
        Linear layer = new(3, 2);
        layer.ReplaceInput((_, input) => input.To(DType.Float64));
        Assert.Throws<DTypeException>(() => layer.Forward(X));
    }

    [Fact]
    public void A_handle_removes_its_hook_once()
    {
        ReLU layer = new();
        List<int> seen = [];
        void Add(Layer from, Tensor input, Tensor output) => seen.Add(1);
        IDisposable first = layer.OnForward(Add);
        IDisposable second = layer.OnForward(Add);
        first.Dispose();
        first.Dispose();
        layer.Forward(X);
        Assert.Single(seen);
        second.Dispose();
        layer.Forward(X);
        Assert.Single(seen);
    }

    [Fact]
    public void An_exception_of_a_hook_leaves_Forward()
    {
        ReLU layer = new();
        layer.OnForward(static (_, _, _) => throw new TimeoutException());
        Assert.Throws<TimeoutException>(() => new Sequential(layer).Forward(X));
        using IDisposable none = layer.ReplaceInput(static (_, _) => null!);
        Assert.Contains("ReplaceInput", Assert.Throws<InvalidOperationException>(() => layer.Forward(X)).Message);
    }

    [Fact]
    public void Hooks_run_on_the_other_overloads_of_Forward()
    {
        int calls = 0;
        LSTM lstm = new(3, 2);
        GRU gru = new(3, 2);
        MultiheadAttention attention = new(3, 1);
        foreach (Layer layer in (Layer[])[lstm, gru, attention])
        {
            layer.OnForward((_, _, _) => calls++);
        }

        Tensor x = X.Unsqueeze(0);
        lstm.Forward(x, state: null);
        gru.Forward(x, state: null);
        attention.Forward(x, x, x);
        Assert.Equal(3, calls);
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
            Tensor x = X;
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

    sealed class Own : Module
    {
        public Own() => Inner = Child("inner", new Linear(3, 2));

        public Linear Inner { get; }

        public override Tensor Forward(Tensor input) => Inner.Forward(input);
    }
}
