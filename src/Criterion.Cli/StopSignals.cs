using System.Runtime.InteropServices;

namespace Criterion.Cli;

/// <summary>Turns the first Ctrl-C or SIGTERM into a request to stop after the current step; the second ends the process.</summary>
internal sealed class StopSignals : IDisposable
{
    readonly CancellationTokenSource _source = new();
    readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>Handles the signals, for a command that can stop; any other command ends at the first signal.</summary>
    public CancellationToken Listen()
    {
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop));
        return _source.Token;
    }

    public void Dispose()
    {
        _registrations.ForEach(static registration => registration.Dispose());
        _source.Dispose();
    }

    void Stop(PosixSignalContext context)
    {
        context.Cancel = !_source.IsCancellationRequested;
        _source.Cancel();
    }
}
