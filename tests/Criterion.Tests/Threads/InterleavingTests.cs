using Criterion.Memory;
using System.Runtime.CompilerServices;

namespace Criterion.Tests.Threads;

/// <summary>Jobs that open scopes and modes, draw, train and fail, in random interleavings on threads that change at every await.</summary>
public class InterleavingTests
{
    const int Jobs = 40;
    const int Turns = 12;

    /// <summary>One turn after another, in an order and on threads that depend on the seed.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void One_at_a_time(int seed)
    {
        using SteppedThreads threads = new(4, seed);
        Check(job => threads.Start(next => new Job(job).Run(() => next)), threads.RunAll);
    }

    /// <summary>On the thread pool, as many at once as there are threads.</summary>
    [Fact]
    public async Task All_at_once()
    {
        Task<string>[] all = [.. Enumerable.Range(0, 4 * Jobs).Select(job => Task.Run(() => new Job(job).Run(Pool.Next)))];
        for (int job = 0; job < all.Length; job++)
        {
            Assert.Equal(Alone(job), await all[job]);
        }
    }

    static void Check(Func<int, Task<string>> start, Action runAll)
    {
        Task<string>[] all = [.. Enumerable.Range(0, Jobs).Select(start)];
        runAll();
        for (int job = 0; job < Jobs; job++)
        {
            Assert.True(all[job].IsCompleted, $"job {job} did not end");
            Assert.Equal(Alone(job), all[job].GetAwaiter().GetResult());
        }
    }

    static string Alone(int job) => new Job(job).Run(static () => default(Immediately)).GetAwaiter().GetResult();

    /// <summary>A sequence of turns. Its results must depend on its number alone.</summary>
    sealed class Job(int number)
    {
        readonly Random _choices = new(number);
        readonly RandomStream _random = new((ulong)number);
        readonly Tests.Threads.Jobs.Training _training = new((ulong)number);
        readonly List<string> _seen = [];
        Tensor _carried = Tensor.Ones([3]);

        public async Task<string> Run<TTurn>(Func<TTurn> turn)
            where TTurn : ITurn
        {
            for (int i = 0; i < Turns; i++)
            {
                await new Turn(turn());
                SettingsChangeTests.AssertClean();
                Act();
                SettingsChangeTests.AssertClean();
            }

            return string.Join(' ', _seen) + _training.State;
        }

        void Act()
        {
            switch (_choices.Next(5))
            {
                case 0:
                    _seen.Add($"{_training.Step()}");
                    break;
                case 1:
                    _seen.Add($"{_training.Penalty()}");
                    break;
                case 2:
                    _seen.Add($"{_random.NextDouble()} {Tensor.Permutation(5, _random).ToArray<long>()[0]}");
                    break;
                case 3:
                    Assert.Throws<ShapeException>(() => Nest(4, isRecording: true, isInScope: false, fails: true));
                    break;
                default:
                    Nest(4, isRecording: true, isInScope: false, fails: false);
                    break;
            }
        }

        /// <summary>Opens random scopes and modes inside of one another, and checks the settings in each.</summary>
        void Nest(int depth, bool isRecording, bool isInScope, bool fails)
        {
            Assert.Equal((isRecording, isInScope), (Autograd.Enabled, MemoryScope.Current is not null));
            if (depth == 0)
            {
                Compute(isRecording, fails);
                return;
            }

            switch (_choices.Next(4))
            {
                case 0:
                    using (TensorScope scope = new())
                    {
                        Nest(depth - 1, isRecording, isInScope: true, fails);
                        scope.Keep(_carried);
                    }

                    break;
                case 1:
                    using (Autograd.NoGrad())
                    {
                        Nest(depth - 1, isRecording: false, isInScope, fails);
                    }

                    break;
                case 2:
                    using (Autograd.EnableGrad())
                    {
                        Nest(depth - 1, isRecording: true, isInScope, fails);
                    }

                    break;
                default:
                    using (TensorScope.Suspend())
                    {
                        Nest(depth - 1, isRecording, isInScope: false, fails);
                    }

                    break;
            }

            _seen.Add(string.Join(',', _carried.ToArray<float>()));
        }

        void Compute(bool isRecording, bool fails)
        {
            Tensor x = Tensor.Randn([3], random: _random);
            x.RequiresGrad = true;
            Tensor y = x * _carried;
            Assert.Equal(isRecording, y.RequiresGrad);
            _carried = (y.Detach() + x.Detach()).Keep();
            if (fails)
            {
                _ = y + Tensor.Ones([2]);
            }
        }
    }

    /// <summary>The thread and the time at which the code after an await runs.</summary>
    interface ITurn
    {
        /// <summary>Schedules the continuation; returns false to continue at once.</summary>
        bool Schedule(Action continuation);
    }

    readonly struct Turn(ITurn turn) : INotifyCompletion
    {
        public bool IsCompleted => turn is Immediately;

        public Turn GetAwaiter() => this;

        public void OnCompleted(Action continuation) => turn.Schedule(continuation);

        public void GetResult()
        {
        }
    }

    readonly struct Immediately : ITurn
    {
        public bool Schedule(Action continuation) => false;
    }

    sealed class Pool : ITurn
    {
        static readonly Pool Shared = new();

        public static Pool Next() => Shared;

        public bool Schedule(Action continuation) =>
            ThreadPool.UnsafeQueueUserWorkItem(static action => action(), continuation, preferLocal: false);
    }

    /// <summary>Threads of which one runs at a time; the seed chooses the thread and its work.</summary>
    sealed class SteppedThreads : ITurn, IDisposable
    {
        readonly Random _random;
        readonly List<Action> _waiting = [];
        readonly SteppedThread[] _threads;

        public SteppedThreads(int count, int seed)
        {
            _random = new Random(seed);
            _threads = [.. Enumerable.Range(0, count).Select(static _ => new SteppedThread())];
        }

        public Task<string> Start(Func<ITurn, Task<string>> job) => job(this);

        public bool Schedule(Action continuation)
        {
            _waiting.Add(continuation);
            return true;
        }

        public void RunAll()
        {
            while (_waiting.Count > 0)
            {
                int at = _random.Next(_waiting.Count);
                Action next = _waiting[at];
                _waiting.RemoveAt(at);
                _threads[_random.Next(_threads.Length)].Run(next);
            }
        }

        public void Dispose() => Array.ForEach(_threads, static thread => thread.Dispose());
    }
}
