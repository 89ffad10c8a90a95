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
/// callers' threads. Results have the same bits on any number of threads as long as each index writes its own outputs: callers divide the
/// work into chunks whose size does not depend on <see cref="Threads"/>. Each thread begins with its own part of the indices, the same in
/// every loop, because its cache contains what it wrote in the loop before. Then it takes indices from the parts of others.
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

    /// <summary>Runs <paramref name="body"/> for every index in [0, <paramref name="count"/>) and returns when all have finished.</summary>
    /// <remarks>A loop inside a loop, or beside another thread's loop, runs on the caller's thread.</remarks>
    public static void Run<TBody>(int count, in TBody body)
        where TBody : struct, IChunk
    {
        int threads = count <= 1 || t_inside ? 1 : Math.Min(Threads, count);
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
            RunShared(count, threads - 1, body);
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

    static void RunShared<TBody>(int count, int helpers, in TBody body)
        where TBody : struct, IChunk
    {
        while (Workers.Count < helpers)
        {
            Workers.Add(new Worker());
        }

        LoopState<TBody> loop = LoopState<TBody>.Shared;
        loop.Begin(count, helpers, body);
        for (int i = 0; i < helpers; i++)
        {
            Workers[i].Start(loop, i + 1);
        }

        t_inside = true;
        loop.Work(0);
        t_inside = false;
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
        int _count;
        int _parts;
        int _helpersLeft;
        ExceptionDispatchInfo? _failure;

        public void Begin(int count, int helpers, in TBody body)
        {
            _body = body;
            _count = count;
            _parts = helpers + 1;
            _failure = null;
            if (_next.Length < _parts * Apart)
            {
                _next = new int[_parts * Apart];
            }

            for (int part = 0; part < _parts; part++)
            {
                _next[part * Apart] = FirstOf(part) - 1;
            }

            Volatile.Write(ref _helpersLeft, helpers);
        }

        int FirstOf(int part) => (int)((long)_count * part / _parts);

        public override void Work(int part)
        {
            try
            {
                for (int i = 0; i < _parts; i++)
                {
                    RunPart((part + i) % _parts);
                }
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
            }
        }

        void RunPart(int part)
        {
            int end = FirstOf(part + 1);
            for (int i = Next(part); i < end && Volatile.Read(ref _failure) is null; i = Next(part))
            {
                _body.Run(i);
            }
        }

        int Next(int part) => Interlocked.Increment(ref _next[part * Apart]);

        public override void HelperDone() => Interlocked.Decrement(ref _helpersLeft);

        // Helpers write to the caller's memory: not even Thread.Interrupt may end the wait before they have finished.
        public void WaitForHelpers()
        {
            bool isInterrupted = false;
            SpinWait spinner = default;
            while (Volatile.Read(ref _helpersLeft) > 0)
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

    sealed class Worker
    {
        readonly SemaphoreSlim _wake = new(0);
        LoopState? _loop;
        int _part;

        // Without the execution context of the first caller, whose AsyncLocal values the worker would keep alive.
        public Worker() => new Thread(Loop) { IsBackground = true, Name = "Criterion worker" }.UnsafeStart();

        public void Start(LoopState loop, int part)
        {
            (_loop, _part) = (loop, part);
            _wake.Release();
        }

        void Loop()
        {
            t_inside = true;
            while (true)
            {
                _wake.Wait();
                _loop!.Work(_part);
                _loop.HelperDone();
            }
        }
    }
}
