using System.Collections.Concurrent;
using Criterion.Kernels;
using Criterion.Optim;
using Criterion.Tests.Kernels;

namespace Criterion.Tests.Threads;

/// <summary>The workers of parallel loops, which the whole process shares.</summary>
[Collection(nameof(ThreadCollection))]
public class WorkerTests
{
    [Fact]
    public async Task Operations_of_many_threads_are_right_while_the_number_of_threads_changes()
    {
        Tensor x = Tensor.Randn([300, 300], random: new RandomStream(1));
        string expected = Results();
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(1));
        int before = Compute.Threads;
        try
        {
            Random random = new(1);
            Task[] all = [.. Enumerable.Range(0, 6).Select(_ => Start(() => Assert.Equal(expected, Results())))];
            await Start(() => Compute.Threads = random.Next(1, 9));
            await Task.WhenAll(all);
        }
        finally
        {
            Compute.Threads = before;
        }

        string Results() => Jobs.Bits(x.MatMul(x), x.Exp(), x.Sum(0));

        Task Start(Action action) => Jobs.OnThread(() => Repeat(stop.Token, action));
    }

    [Fact]
    public void Failures_of_loops_side_by_side_reach_their_own_callers()
    {
        ThreadTests.WithThreads(4, static () => Parallel.For(0, 64, static i =>
        {
            for (int round = 0; round < 200; round++)
            {
                Assert.Equal($"{i}", Assert.Throws<InvalidOperationException>(() => ParallelFor.Run(32, new Fail(i))).Message);
            }
        }));
    }

    [Fact]
    public async Task A_busy_thread_pool_delays_no_loop()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        using ManualResetEventSlim done = new();
        Task[] busy = [.. Enumerable.Range(0, Environment.ProcessorCount + 2).Select(_ => Task.Run(() => done.Wait(stop), stop))];
        ThreadTests.WithThreads(4, () => ParallelFor.Run(100, new Note([])));
        done.Set();

        // Those that the pool was too busy to start would find the event disposed, and end the process.
        await Task.WhenAll(busy);
    }

    [Fact]
    public void A_worker_takes_nothing_of_the_callers_context_along()
    {
        AsyncLocal<object> request = new() { Value = new object() };
        ConcurrentBag<(int Thread, object? Value)> seen = [];

        // More threads than any test before has started.
        ThreadTests.WithThreads(24, () => ParallelFor.Run(24, new Look(request, seen)));
        int caller = Environment.CurrentManagedThreadId;
        Assert.Contains(seen, one => one.Thread != caller);
        Assert.All(seen, one => Assert.Equal(one.Thread == caller, one.Value is not null));
    }

    [Fact]
    public void A_loop_that_is_interrupted_still_waits_for_its_workers()
    {
        int[] ended = new int[4];
        Exception? thrown = null;
        ThreadTests.WithThreads(4, () =>
        {
            Thread caller = new(() =>
            {
                ParallelFor.Run(4, new Slow(ended, Environment.CurrentManagedThreadId));
                int all = ended.Sum();
                thrown = Xunit.Record.Exception(() => Thread.Sleep(0));
                ended[0] = all;
            });
            caller.Start();
            SpinWait.SpinUntil(() => ended.Contains(1) && ended.Count(static state => state == 2) > 0);
            caller.Interrupt();
            caller.Join();
        });
        Assert.Equal(8, ended[0]);
        Assert.IsType<ThreadInterruptedException>(thrown);
    }

    /// <summary>One thread computes gradients, another clears them: their objects must not accumulate on the second.</summary>
    [Fact]
    public void Memory_that_moves_between_threads_does_not_accumulate()
    {
        Tensor[] weights = [.. Enumerable.Range(0, 256).Select(static _ => Tensor.Ones([1]))];
        Array.ForEach(weights, static w => w.RequiresGrad = true);
        SGD optimizer = new(weights, 0);
        using SteppedThread other = new();
        Alternate(100);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Alternate(600);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 2_000_000);

        void Alternate(int times)
        {
            for (int i = 0; i < times; i++)
            {
                Backward();
                other.Run(Clear);
            }
        }

        void Backward()
        {
            using TensorScope scope = new();
            Tensor.Cat(weights).Sum().Backward();
        }

        void Clear()
        {
            using TensorScope scope = new();
            optimizer.ZeroGrad();
        }
    }

    static void Repeat(CancellationToken stop, Action action)
    {
        while (!stop.IsCancellationRequested)
        {
            action();
        }
    }

    readonly struct Fail(int number) : IChunk
    {
        public void Run(int index)
        {
            if (index % 7 == 3)
            {
                throw new InvalidOperationException($"{number}");
            }
        }
    }

    readonly struct Note(ConcurrentBag<int> threads) : IChunk
    {
        public void Run(int index) => threads.Add(Environment.CurrentManagedThreadId);
    }

    readonly struct Look(AsyncLocal<object> local, ConcurrentBag<(int Thread, object? Value)> seen) : IChunk
    {
        public void Run(int index)
        {
            Thread.Sleep(20);
            seen.Add((Environment.CurrentManagedThreadId, local.Value));
        }
    }

    /// <summary>Slow on the workers; the caller waits for one of these to begin.</summary>
    readonly struct Slow(int[] ended, int caller) : IChunk
    {
        public void Run(int index)
        {
            if (Environment.CurrentManagedThreadId != caller)
            {
                Interlocked.Exchange(ref ended[index], 1);
                Thread.Sleep(200);
            }
            else
            {
                int[] all = ended;
                SpinWait.SpinUntil(() => all.Contains(1));
            }

            Interlocked.Exchange(ref ended[index], 2);
        }
    }
}
