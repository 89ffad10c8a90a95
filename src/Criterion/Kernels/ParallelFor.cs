using System.Runtime.ExceptionServices;

namespace Criterion.Kernels;

/// <summary>One piece of a parallel loop. A piece's index, never its thread, decides what it computes.</summary>
internal interface IChunk
{
    void Run(int index);
}

/// <summary>
/// A parallel loop that allocates nothing: workers stay alive, and the body is a struct copied into a job that is reused.
/// </summary>
/// <remarks>
/// Results are the same bits on any number of threads as long as each index writes its own outputs: callers cut work into
/// chunks whose size does not depend on <see cref="Threads"/>.
/// </remarks>
internal static class ParallelFor
{
    static readonly Lock Busy = new();
    static readonly List<Worker> Workers = [];
    static int s_threads = Math.Max(1, Environment.ProcessorCount);

    [ThreadStatic]
    static bool t_inside;

    /// <summary>Threads that share a loop, the caller included.</summary>
    public static int Threads
    {
        get => s_threads;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            s_threads = value;
        }
    }

    /// <summary>Runs <paramref name="body"/> for every index in [0, <paramref name="count"/>) and returns when all are done.</summary>
    /// <remarks>A loop inside a loop, or beside another thread's loop, runs on the caller's thread.</remarks>
    public static void Run<TBody>(int count, in TBody body)
        where TBody : struct, IChunk
    {
        if (count <= 1 || s_threads == 1 || t_inside || !Busy.TryEnter())
        {
            RunHere(count, body);
            return;
        }

        try
        {
            RunShared(count, body);
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

    static void RunShared<TBody>(int count, in TBody body)
        where TBody : struct, IChunk
    {
        int helpers = Math.Min(s_threads, count) - 1;
        while (Workers.Count < helpers)
        {
            Workers.Add(new Worker());
        }

        Job<TBody> job = Job<TBody>.Shared;
        job.Begin(count, helpers, body);
        for (int i = 0; i < helpers; i++)
        {
            Workers[i].Start(job);
        }

        t_inside = true;
        job.Work();
        t_inside = false;
        job.WaitForHelpers();
        job.End();
    }

    abstract class Job
    {
        public abstract void Work();

        public abstract void HelperDone();
    }

    sealed class Job<TBody> : Job
        where TBody : struct, IChunk
    {
        public static readonly Job<TBody> Shared = new();

        TBody _body;
        int _next;
        int _count;
        int _helpersLeft;
        ExceptionDispatchInfo? _failure;

        public void Begin(int count, int helpers, in TBody body)
        {
            _body = body;
            _count = count;
            _next = -1;
            _failure = null;
            Volatile.Write(ref _helpersLeft, helpers);
        }

        public override void Work()
        {
            try
            {
                for (int i = Interlocked.Increment(ref _next); i < _count; i = Interlocked.Increment(ref _next))
                {
                    _body.Run(i);
                }
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
                Volatile.Write(ref _next, _count);
            }
        }

        public override void HelperDone() => Interlocked.Decrement(ref _helpersLeft);

        public void WaitForHelpers()
        {
            SpinWait spinner = default;
            while (Volatile.Read(ref _helpersLeft) > 0)
            {
                spinner.SpinOnce(sleep1Threshold: -1);
            }
        }

        public void End()
        {
            _body = default;
            _failure?.Throw();
        }
    }

    sealed class Worker
    {
        readonly SemaphoreSlim _wake = new(0);
        Job? _job;

        public Worker() => new Thread(Loop) { IsBackground = true, Name = "Criterion worker" }.Start();

        public void Start(Job job)
        {
            _job = job;
            _wake.Release();
        }

        void Loop()
        {
            t_inside = true;
            while (true)
            {
                _wake.Wait();
                _job!.Work();
                _job.HelperDone();
            }
        }
    }
}
