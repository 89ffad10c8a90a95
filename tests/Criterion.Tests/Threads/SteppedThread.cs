namespace Criterion.Tests.Threads;

/// <summary>A thread that runs one action at a time while the caller waits.</summary>
sealed class SteppedThread : IDisposable
{
    readonly SemaphoreSlim _go = new(0);
    readonly SemaphoreSlim _done = new(0);
    Action? _next;

    public SteppedThread() => new Thread(Loop) { IsBackground = true }.Start();

    public void Run(Action action)
    {
        _next = action;
        _go.Release();
        _done.Wait();
    }

    public void Dispose()
    {
        _next = null;
        _go.Release();
    }

    void Loop()
    {
        while (true)
        {
            _go.Wait();
            if (_next is null)
            {
                return;
            }

            _next();
            _done.Release();
        }
    }
}
