using Criterion.Memory;
using Criterion.Nn;

namespace Criterion.Tests.Threads;

/// <summary>Scopes and modes restore the settings of the thread in whatever order they end.</summary>
public class SettingsChangeTests
{
    /// <summary>Opens a scope or mode of each kind with another inside that is not disposed, and disposes the outer one.</summary>
    static readonly Dictionary<string, Action> Unfinished = new()
    {
        ["mode in a scope"] = static () =>
        {
            using TensorScope scope = new();
            _ = Autograd.NoGrad();
        },
        ["scope in a mode"] = static () =>
        {
            using (Autograd.NoGrad())
            {
                _ = new TensorScope();
            }
        },
        ["scope in a scope"] = static () =>
        {
            using TensorScope scope = new();
            _ = new TensorScope();
        },
        ["refusal in a suspension"] = static () =>
        {
            using (TensorScope.Suspend())
            {
                _ = BatchCoupling.Refuse("Because.");
            }
        },
        ["suspension in a refusal"] = static () =>
        {
            using (BatchCoupling.Refuse("Because."))
            {
                _ = TensorScope.Suspend();
            }
        },
        ["two modes in the wrong order"] = static () =>
        {
            Autograd.GradMode outer = Autograd.NoGrad();
            Autograd.GradMode inner = Autograd.EnableGrad();
            try
            {
                outer.Dispose();
            }
            finally
            {
                inner.Dispose();
            }
        },
        ["scope ended before its suspension"] = static () =>
        {
            TensorScope scope = new();
            TensorScope.Suspension suspension = TensorScope.Suspend();
            try
            {
                scope.Dispose();
            }
            finally
            {
                suspension.Dispose();
            }
        },
    };

    public static TheoryData<string> Names => [.. Unfinished.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Ending_one_before_an_inner_one_throws_and_restores_the_thread(string name)
    {
        TensorException error = Assert.Throws<TensorException>(Unfinished[name]);
        Assert.Contains("using statement", error.Message, StringComparison.Ordinal);
        AssertClean();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_outer_scope_and_mode_stay_as_they_were(string name)
    {
        using TensorScope outer = new();
        MemoryScope memory = MemoryScope.Current!;
        using (Autograd.NoGrad())
        {
            Assert.Throws<TensorException>(Unfinished[name]);
            Assert.False(Autograd.Enabled);
        }

        Assert.Same(memory, MemoryScope.Current);
        Assert.Equal([1f, 1, 1], Tensor.Ones([3]).ToArray<float>());
    }

    [Fact]
    public void An_ended_mode_cannot_end_a_later_one()
    {
        Autograd.GradMode stale = Autograd.NoGrad();
        stale.Dispose();
        using (Autograd.NoGrad())
        {
            stale.Dispose();
            Assert.False(Autograd.Enabled);
        }

        stale.Dispose();
        AssertClean();
    }

    [Fact]
    public void An_ended_scope_keeps_nothing_of_a_later_one()
    {
        TensorScope stale = new();
        stale.Dispose();
        Tensor lost;
        using (new TensorScope())
        {
            lost = stale.Keep(Tensor.Ones([3]));
        }

        Assert.Throws<TensorException>(() => lost.ToArray<float>());
    }

    [Fact]
    public void A_default_scope_or_mode_does_nothing()
    {
        TensorScope scope = default;
        Assert.Equal([1f], scope.Keep(Tensor.Ones([1])).ToArray<float>());
        scope.Dispose();
        default(Autograd.GradMode).Dispose();
        AssertClean();
    }

    [Fact]
    public void An_exception_ends_every_scope_and_mode()
    {
        Assert.Throws<ShapeException>(static () =>
        {
            using TensorScope scope = new();
            using (Autograd.NoGrad())
            using (BatchCoupling.Refuse("Because."))
            using (TensorScope.Suspend())
            {
                return Tensor.Ones([2]) + Tensor.Ones([3]);
            }
        });
        AssertClean();
    }

    [Fact]
    public void An_exception_in_a_backward_pass_leaves_the_thread_clean()
    {
        Tensor x = Tensor.Ones([1]);
        x.RequiresGrad = true;
        Tensor y = Autograd.Record(
            "fails", x.Detach() * 2, [], x, (x, static (_, _) => throw new InvalidOperationException("asked to fail")));
        Assert.Throws<InvalidOperationException>(() => y.Sum().Backward());
        AssertClean();
    }

    [Fact]
    public void Scopes_and_modes_nest_deeply()
    {
        Nest(100);
        AssertClean();

        static void Nest(int depth)
        {
            using TensorScope scope = new();
            using (depth % 2 == 0 ? Autograd.NoGrad() : Autograd.EnableGrad())
            {
                if (depth > 0)
                {
                    Nest(depth - 1);
                }

                Assert.Equal(depth % 2 != 0, Autograd.Enabled);
            }
        }
    }

    [Fact]
    public void Opening_and_ending_allocate_nothing()
    {
        Open();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            Open();
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        static void Open()
        {
            using TensorScope scope = new();
            using (Autograd.NoGrad())
            using (TensorScope.Suspend())
            using (BatchCoupling.Allow())
            {
            }
        }
    }

    [Fact]
    public void A_tensor_of_another_threads_scope_cannot_be_kept_here()
    {
        using TensorScope scope = new();
        Tensor tensor = Tensor.Ones([3]);
        Exception? thrown = null;
        Exception? thrownInScope = null;
        OnThread(() =>
        {
            thrown = Xunit.Record.Exception(tensor.Keep);
            thrownInScope = Xunit.Record.Exception(() =>
            {
                using TensorScope other = new();
                return other.Keep(tensor);
            });
        });
        Assert.Contains("another thread", Assert.IsType<TensorException>(thrown).Message, StringComparison.Ordinal);
        Assert.IsType<TensorException>(thrownInScope);
    }

    [Fact]
    public void A_tensor_of_a_scope_that_ended_on_its_thread_is_refused_on_others()
    {
        Tensor? lost = null;
        OnThread(() =>
        {
            using TensorScope scope = new();
            lost = Tensor.Ones([3]);
        });
        Assert.Throws<TensorException>(() => lost! + 1);
    }

    [Fact]
    public void A_tensor_keeps_itself_out_of_any_scope()
    {
        Tensor kept;
        using (new TensorScope())
        {
            kept = Tensor.Full([3], 3);
            using (new TensorScope())
            {
                Assert.Same(kept, kept.Keep());
            }
        }

        Assert.Equal([3f, 3, 3], kept.ToArray<float>());
    }

    [Fact]
    public void A_tensor_created_outside_is_recorded_and_outlives_the_scope()
    {
        Tensor x = Tensor.Ones([2]);
        x.RequiresGrad = true;
        Tensor made;
        using (new TensorScope())
        using (Autograd.NoGrad())
        {
            made = TensorScope.Outside(() => x * 3);
            Assert.False(Autograd.Enabled);
            Assert.NotNull(MemoryScope.Current);
        }

        made.Sum().Backward();
        Assert.Equal([3f, 3], x.Grad!.ToArray<float>());
    }

    [Fact]
    public void A_module_and_its_state_outlive_the_scope()
    {
        Linear layer;
        using (new TensorScope())
        {
            layer = new Linear(3, 2);
        }

        Assert.Equal(2, layer.Forward(Tensor.Ones([3])).Count);
    }

    internal static void AssertClean()
    {
        Assert.True(Autograd.Enabled);
        Assert.Null(MemoryScope.Current);
        BatchCoupling.Declare("free");
    }

    static void OnThread(Action action)
    {
        Thread thread = new(() => action());
        thread.Start();
        thread.Join();
    }
}
