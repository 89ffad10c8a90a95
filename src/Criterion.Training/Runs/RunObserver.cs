using Criterion.Nn;

namespace Criterion.Training;

/// <summary>Follows what a run does, as it happens.</summary>
internal abstract class RunObserver : IDisposable
{
    /// <summary>Called before the first step.</summary>
    public virtual void OnStart(RunRecord record)
    {
    }

    /// <summary>
    /// Called in a step, after the updates, while the gradients of the last update of each network are still in memory.
    /// </summary>
    public virtual void OnNetworks(long step, IReadOnlyList<(string Name, Module Network)> networks)
    {
    }

    /// <summary>Called after a step whose row is written.</summary>
    public virtual void OnStep(IRunStep step, StepColumns columns)
    {
    }

    /// <summary>Called after a measurement that is written.</summary>
    public virtual void OnMeasured(SampleQuality quality)
    {
    }

    /// <summary>Called after a picture is written.</summary>
    /// <param name="step">The step of the samples; null for real images.</param>
    /// <param name="file">The PNG.</param>
    /// <param name="shape">The channels, height and width.</param>
    public virtual void OnPicture(long? step, string file, Shape shape)
    {
    }

    /// <summary>Called after a checkpoint is written.</summary>
    public virtual void OnCheckpoint(long step)
    {
    }

    /// <summary>Called when the run has ended, also by an error.</summary>
    public virtual void OnEnd(RunRecord record)
    {
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
    }
}
