using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Criterion.Kernels;

/// <summary>The body of a parallel loop over chunks. The index of a chunk, never its thread, decides what it computes.</summary>
internal interface IChunk
{
    void Run(int index);
}

/// <summary>
/// A parallel loop that allocates nothing: workers stay alive, and the body is a struct that is copied into a reused object.
/// </summary>
/// <remarks>
/// Any thread may call it, also several at once: one loop at a time uses the workers, which run nothing else, and the others run on their
/// callers' threads. Results have the same bits on any number of threads as long as each index writes its own outputs, and no sum is cut
/// where <see cref="Threads"/> decides. Each thread begins with its own part of the indices, the same in every loop, because its cache
/// contains what it wrote in the loop before. Then it takes indices from the parts of others, so that no thread waits for one that the
/// system runs late: a worker that has not begun when the indices are used up is not waited for.
/// </remarks>
internal static class ParallelFor
{
    static readonly Lock Busy = new();
    static readonly List<Worker> Workers = [];
    static int s_threads = Math.Max(1, Environment.ProcessorCount);

    [ThreadStatic]
    static bool t_inside;

    /// <summary>The number of threads that share a loop, including the caller.</summary>
    public static int Threads
    {
        get => Volatile.Read(ref s_threads);
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            Volatile.Write(ref s_threads, value);
        }
    }

    /// <summary>Gets the number of threads that would share a loop here: one inside of a loop.</summary>
    public static int ThreadsHere => t_inside ? 1 : Threads;

    /// <summary>Runs <paramref name="body"/> for every index in [0, <paramref name="count"/>) and returns when all have finished.</summary>
    /// <param name="count">The number of indices.</param>
    /// <param name="body">The body.</param>
    /// <param name="before">
    /// The indices that have finished before any other begins. One loop in two steps takes less time than two loops, because workers are
    /// called once.
    /// </param>
    /// <remarks>A loop inside a loop, or beside another thread's loop, runs on the caller's thread.</remarks>
    public static void Run<TBody>(int count, in TBody body, int before = 0)
        where TBody : struct, IChunk
    {
        int most = Math.Max(before, count - before);
        int threads = most <= 1 || t_inside ? 1 : Math.Min(Threads, most);
        if (threads == 1 || !Busy.TryEnter())
        {
            for (int i = 0; i < count; i++)
            {
                body.Run(i);
            }

            return;
        }

        try
        {
            RunShared(before, count - before, threads - 1, body);
        }
        finally
        {
            Busy.Exit();
        }
    }

    /// <summary>Runs <paramref name="body"/> for every index on the caller's thread.</summary>
    public static void RunHere<TBody>(int count, in TBody body)
        where TBody : struct, IChunk
    {
        for (int i = 0; i < count; i++)
        {
            body.Run(i);
        }
    }

    static void RunShared<TBody>(int before, int count, int helpers, in TBody body)
        where TBody : struct, IChunk
    {
        while (Workers.Count < helpers)
        {
            Workers.Add(new Worker());
        }

        LoopState<TBody> loop = LoopState<TBody>.Shared;
        loop.Begin(before, count, helpers, body);
        for (int i = 0; i < helpers; i++)
        {
            Workers[i].Call(loop, i + 1);
        }

        t_inside = true;
        loop.Work(0);
        t_inside = false;
        for (int i = 0; i < helpers; i++)
        {
            if (Workers[i].TryCancel())
            {
                loop.HelperDone();
            }
        }

        loop.WaitForHelpers();
        loop.End();
    }

    abstract class LoopState
    {
        /// <summary>Runs indices on the calling thread: its own part first.</summary>
        public abstract void Work(int part);

        public abstract void HelperDone();
    }

    sealed class LoopState<TBody> : LoopState
        where TBody : struct, IChunk
    {
        public static readonly LoopState<TBody> Shared = new();

        /// <summary>The distance of the counters of threads: two cache lines, against false sharing.</summary>
        const int Apart = 32;

        TBody _body;
        int[] _next = [];
        int _before;
        int _count;
        int _parts;
        int _unfinishedBefore;
        int _helpersLeft;
        ExceptionDispatchInfo? _failure;

        public void Begin(int before, int count, int helpers, in TBody body)
        {
            _body = body;
            (_before, _count, _parts, _unfinishedBefore) = (before, count, helpers + 1, before);
            _failure = null;
            if (_next.Length < 2 * _parts * Apart)
            {
                _next = new int[2 * _parts * Apart];
            }

            for (int part = 0; part < _parts; part++)
            {
                Counter(0, part) = FirstOf(0, part) - 1;
                Counter(1, part) = FirstOf(1, part) - 1;
            }

            Volatile.Write(ref _helpersLeft, helpers);
        }

        ref int Counter(int step, int part) => ref _next[((step * _parts) + part) * Apart];

        int FirstOf(int step, int part) => step == 0
            ? (int)((long)_before * part / _parts)
            : _before + (int)((long)_count * part / _parts);

        public override void Work(int part)
        {
            try
            {
                if (_before > 0)
                {
                    Interlocked.Add(ref _unfinishedBefore, -RunStep(0, part));
                    WaitForZero(ref _unfinishedBefore, orFailure: true);
                }

                RunStep(1, part);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
            }
        }

        /// <summary>Runs the indices of one step that are left, and returns how many this thread ran.</summary>
        int RunStep(int step, int part)
        {
            int done = 0;
            for (int i = 0; i < _parts; i++)
            {
                done += RunPart(step, (part + i) % _parts);
            }

            return done;
        }

        int RunPart(int step, int part)
        {
            int end = FirstOf(step, part + 1);
            ref int next = ref Counter(step, part);
            int done = 0;
            for (int i = Interlocked.Increment(ref next); i < end && !HasFailed; i = Interlocked.Increment(ref next))
            {
                _body.Run(i);
                done++;
            }

            return done;
        }

        bool HasFailed => Volatile.Read(ref _failure) is not null;

        public override void HelperDone() => Interlocked.Decrement(ref _helpersLeft);

        /// <summary>Waits for the helpers that have begun, also after a failure: they still write to the caller's memory.</summary>
        public void WaitForHelpers() => WaitForZero(ref _helpersLeft, orFailure: false);

        // Not even Thread.Interrupt may end a wait: other threads use the caller's memory.
        void WaitForZero(ref int counter, bool orFailure)
        {
            bool isInterrupted = false;
            SpinWait spinner = default;
            while (Volatile.Read(ref counter) > 0 && !(orFailure && HasFailed))
            {
                try
                {
                    spinner.SpinOnce(sleep1Threshold: -1);
                }
                catch (ThreadInterruptedException)
                {
                    isInterrupted = true;
                }
            }

            if (isInterrupted)
            {
                Thread.CurrentThread.Interrupt();
            }
        }

        public void End()
        {
            ExceptionDispatchInfo? failure = _failure;
            (_body, _failure) = (default, null);
            failure?.Throw();
        }
    }

    /// <summary>
    /// A thread that runs its part of each loop. Between loops it stays awake for a moment, because the next one may follow.
    /// </summary>
    sealed class Worker
    {
        const int Asleep = 0;
        const int Awake = 1;
        const int Called = 2;
        const int Working = 3;

        /// <summary>The time between the loops of a training step is mostly shorter; waking a thread takes about as long.</summary>
        static readonly long AwakeTicks = Stopwatch.Frequency * 30 / 1_000_000;

        readonly SemaphoreSlim _wake = new(0);
        LoopState? _loop;
        int _part;
        int _state = Awake;

        // Without the execution context of the first caller, whose AsyncLocal values the worker would keep alive.
        public Worker() => new Thread(Loop) { IsBackground = true, Name = "Criterion worker" }.UnsafeStart();

        public void Call(LoopState loop, int part)
        {
            (_loop, _part) = (loop, part);
            if (Interlocked.Exchange(ref _state, Called) == Asleep)
            {
                _wake.Release();
            }
        }

        /// <summary>Takes a call back that the worker has not answered.</summary>
        public bool TryCancel() => Interlocked.CompareExchange(ref _state, Awake, Called) == Called;

        void Loop()
        {
            t_inside = true;
            while (true)
            {
                AwaitCall();
                LoopState loop = _loop!;
                loop.Work(_part);
                Volatile.Write(ref _state, Awake);
                loop.HelperDone();
            }
        }

        void AwaitCall()
        {
            while (Interlocked.CompareExchange(ref _state, Working, Called) != Called)
            {
                StayAwake();
                if (Interlocked.CompareExchange(ref _state, Asleep, Awake) == Awake)
                {
                    _wake.Wait();
                }
            }
        }

        /// <summary>Returns at a call, or after a moment without one. With more workers than processors it returns at once.</summary>
        void StayAwake()
        {
            long end = Stopwatch.GetTimestamp() + (Workers.Count < Environment.ProcessorCount ? AwakeTicks : 0);
            while (Volatile.Read(ref _state) == Awake && Stopwatch.GetTimestamp() < end)
            {
                Thread.SpinWait(2);
            }
        }
    }
}
