using Criterion.Memory;
using Criterion.Tests.Kernels;

namespace Criterion.Tests.Tensors;

/// <summary>Memory is released when a scope ends. The process has one pool, so these tests run alone.</summary>
[Collection(nameof(ThreadCollection))]
public class TensorScopeTests
{
    [Fact]
    public void Memory_is_used_again()
    {
        MakeInScope();
        long before = BufferPool<float>.AllocatedBytes;
        MakeInScope();
        Assert.Equal(before, BufferPool<float>.AllocatedBytes);

        static void MakeInScope()
        {
            using TensorScope scope = new();
            _ = Tensor.Ones([12_347]) + Tensor.Ones([12_347]);
        }
    }

    [Fact]
    public void A_tensor_used_after_its_scope_ended_throws()
    {
        Tensor lost;
        Tensor view;
        using (new TensorScope())
        {
            lost = Tensor.Ones([3]);
            view = lost[1..];
        }

        Assert.Contains("Keep", Assert.Throws<TensorException>(() => lost + 1).Message, StringComparison.Ordinal);
        Assert.Throws<TensorException>(() => view.ToArray<float>());
    }

    [Fact]
    public void A_tensor_that_keeps_itself_outlives_every_scope_around_it()
    {
        Tensor outer;
        Tensor inner;
        Tensor view;
        using (new TensorScope())
        {
            Tensor here = Tensor.Ones([3]);
            using (new TensorScope())
            {
                outer = here.Keep();
                inner = (Tensor.Ones([3]) + 1).Keep();
                view = (Tensor.Ones([3]) + 2)[1..].Keep();
            }
        }

        Assert.Equal([1, 1, 1], outer.ToArray<float>());
        Assert.Equal([2, 2, 2], inner.ToArray<float>());
        Assert.Equal([3, 3], view.ToArray<float>());
        Assert.Same(outer, outer.Keep());
    }

    [Fact]
    public void A_released_tensor_cannot_be_kept()
    {
        Tensor lost;
        using (new TensorScope())
        {
            lost = Tensor.Ones([3]);
        }

        Assert.Throws<TensorException>(() => lost.Keep());
    }

    [Fact]
    public void A_released_tensor_throws_too_when_its_memory_is_used_again()
    {
        Tensor lost;
        using (new TensorScope())
        {
            lost = Tensor.Ones([3]);
        }

        using TensorScope scope = new();
        Tensor[] others = [.. Enumerable.Range(0, 10).Select(static _ => Tensor.Ones([3]))];
        Assert.Throws<TensorException>(() => lost.ToArray<float>());
        Assert.Throws<TensorException>(() => lost.Detach());
        Assert.Throws<TensorException>(lost.Keep);
        Assert.Equal([3], lost.Shape.Dims);
        Assert.All(others, static other => Assert.Equal([1, 1, 1], other.ToArray<float>()));
    }

    [Fact]
    public void A_kept_tensor_outlives_its_scope()
    {
        Tensor kept;
        using (TensorScope scope = new())
        {
            kept = scope.Keep(Tensor.Full([100], 3));
        }

        using (new TensorScope())
        {
            _ = Tensor.Full([100], 4);
        }

        Assert.All(kept.ToArray<float>(), static v => Assert.Equal(3, v));
    }

    [Fact]
    public void A_tensor_from_outside_is_not_released()
    {
        Tensor outside = Tensor.Ones([3]);
        using (TensorScope scope = new())
        {
            scope.Keep(outside);
            outside.Fill(2);
        }

        Assert.Equal([2f, 2, 2], outside.ToArray<float>());
    }

    [Fact]
    public void Scopes_nest()
    {
        using TensorScope outer = new();
        Tensor ofOuter = Tensor.Ones([3]);
        Tensor ofInner;
        Tensor kept;
        using (TensorScope inner = new())
        {
            ofInner = ofOuter + 1;
            kept = inner.Keep(ofOuter + 2);
        }

        Assert.Equal([1f, 1, 1], ofOuter.ToArray<float>());
        Assert.Equal([3f, 3, 3], kept.ToArray<float>());
        Assert.Throws<TensorException>(() => ofInner.ToArray<float>());
        Assert.Equal([4f, 4, 4], (ofOuter + 3).ToArray<float>());
    }

    [Fact]
    public void A_suspension_leaves_every_scope()
    {
        Tensor outside;
        Tensor inside;
        using (new TensorScope())
        {
            using (TensorScope.Suspend())
            {
                outside = Tensor.Ones([3]);
            }

            inside = Tensor.Ones([3]);
        }

        Assert.Equal([1f, 1, 1], outside.ToArray<float>());
        Assert.Throws<TensorException>(() => inside.ToArray<float>());
    }

    [Fact]
    public void Ending_twice_does_nothing_more()
    {
        TensorScope scope = new();
        _ = Tensor.Ones([300]);
        scope.Dispose();
        scope.Dispose();
        using TensorScope next = new();
        Tensor a = Tensor.Full([300], 1);
        Tensor b = Tensor.Full([300], 2);
        Assert.Equal((1, 2), (a[0].Item(), b[0].Item()));
    }

    [Fact]
    public void A_scope_belongs_to_its_thread()
    {
        using TensorScope scope = new();
        Tensor? made = null;
        Thread thread = new(() => made = Tensor.Ones([3]));
        thread.Start();
        thread.Join();
        scope.Dispose();
        Assert.Equal([1f, 1, 1], made!.ToArray<float>());
    }

    [Fact]
    public void Gradients_of_leaves_survive_and_add_up()
    {
        Tensor w = Tensor.Full([4], 3);
        w.RequiresGrad = true;
        for (int step = 1; step <= 3; step++)
        {
            using (new TensorScope())
            {
                (w * w).Sum().Backward();
            }

            // Later tensors must not overwrite the gradient.
            using (new TensorScope())
            {
                _ = Tensor.Full([4], 99);
            }

            Assert.All(w.Grad!.ToArray<float>(), v => Assert.Equal(6 * step, v));
        }
    }

    [Fact]
    public void A_warm_training_step_takes_nothing_from_the_garbage_collectors_memory()
    {
        RandomStream random = new(1);
        Tensor x = Tensor.Randn([64, 20], random: random);
        Tensor y = Tensor.Randn([64, 1], random: random);
        Tensor[] weights = [.. new Shape[] { [20, 33], [33], [33, 1], [1] }.Select(s => Tensor.Randn(s, random: random, deviation: 0.3))];
        Array.ForEach(weights, static w => w.RequiresGrad = true);

        double first = Step();
        Step();
        Step();
        long floats = BufferPool<float>.AllocatedBytes;
        long doubles = BufferPool<double>.AllocatedBytes;
        double last = 0;
        for (int i = 0; i < 20; i++)
        {
            last = Step();
        }

        Assert.Equal((floats, doubles), (BufferPool<float>.AllocatedBytes, BufferPool<double>.AllocatedBytes));
        Assert.True(last < first / 2, $"the loss went from {first} to {last}");

        double Step()
        {
            using TensorScope scope = new();
            Tensor hidden = (x.MatMul(weights[0]) + weights[1]).LeakyRelu(0.2);
            Tensor loss = (hidden.MatMul(weights[2]) + weights[3] - y).Pow(2).Mean();
            Array.ForEach(weights, LeafGradient.Clear);
            loss.Backward();
            using (Autograd.NoGrad())
            {
                Array.ForEach(weights, static w => w.CopyFrom(w - (w.Grad! * 0.05)));
            }

            return loss.Item();
        }
    }
}
