using Microsoft.Extensions.Logging;

namespace Criterion.Training;

/// <summary>Logs what a run does.</summary>
/// <param name="logger">The logger.</param>
/// <param name="folder">The folder of the run.</param>
internal sealed partial class LogObserver(ILogger logger, string folder) : RunObserver
{
    TrainingMonitor? _monitor;
    int _steps;

    /// <inheritdoc/>
    public override void OnStart(RunRecord record)
    {
        _monitor = record is GanRunRecord gan ? new TrainingMonitor(gan.Options.Objective) : null;
        _steps = record.Steps;
        Started(logger, record.Recipe, folder, record.StepsDone, record.Steps);
    }

    /// <inheritdoc/>
    public override void OnStep(IRunStep step, StepColumns columns)
    {
        if (logger.IsEnabled(LogLevel.Debug))
        {
            Stepped(logger, step.Step, _steps, step.Describe(), step.Seconds);
        }

        foreach (Finding finding in step is GanStep gan ? _monitor?.Watch(gan) ?? [] : [])
        {
            Found(logger, folder, step.Step, finding.Kind, finding.Message);
        }
    }

    /// <inheritdoc/>
    public override void OnMeasured(SampleQuality quality)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            Measured(logger, folder, quality.Step, quality.Describe());
        }
    }

    /// <inheritdoc/>
    public override void OnPicture(long? step, string file, Shape shape) => Drawn(logger, file);

    /// <inheritdoc/>
    public override void OnCheckpoint(long step) => Saved(logger, folder, step);

    /// <inheritdoc/>
    public override void OnEnd(RunRecord record)
    {
        if (record.Status == RunStatus.Failed)
        {
            Failed(logger, folder, record.StepsDone, record.Error);
        }
        else
        {
            Ended(logger, record.Status, folder, record.StepsDone, record.Steps, record.TrainingSeconds);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Training {Recipe} into {Run}: {Step} of {Steps} steps are done")]
    static partial void Started(ILogger logger, string recipe, string run, long step, int steps);

    [LoggerMessage(2, LogLevel.Debug, "Step {Step}/{Steps}: {Losses} in {Seconds} s")]
    static partial void Stepped(ILogger logger, long step, int steps, string losses, double seconds);

    [LoggerMessage(3, LogLevel.Warning, "{Run}, step {Step}: {Kind}: {Finding}")]
    static partial void Found(ILogger logger, string run, long step, FindingKind kind, string finding);

    [LoggerMessage(4, LogLevel.Information, "{Run}, step {Step}: {Measures}")]
    static partial void Measured(ILogger logger, string run, long step, string measures);

    [LoggerMessage(5, LogLevel.Debug, "Wrote {Picture}")]
    static partial void Drawn(ILogger logger, string picture);

    [LoggerMessage(6, LogLevel.Information, "{Run}, step {Step}: wrote a checkpoint")]
    static partial void Saved(ILogger logger, string run, long step);

    [LoggerMessage(7, LogLevel.Information, "{Status}: {Run} after {Step} of {Steps} steps in {Seconds} s")]
    static partial void Ended(ILogger logger, RunStatus status, string run, long step, int steps, double? seconds);

    [LoggerMessage(8, LogLevel.Error, "Failed: {Run} after {Step} steps: {Error}")]
    static partial void Failed(ILogger logger, string run, long step, string? error);
}
