namespace Criterion.Training;

/// <summary>The treatment of classes with fewer examples than a <see cref="ClassBalancedSampler"/> takes of a class.</summary>
public enum SmallClasses
{
    /// <summary>Throws.</summary>
    Throw,

    /// <summary>Repeats their examples within the batch.</summary>
    Repeat,

    /// <summary>Leaves them out of every batch.</summary>
    Skip,
}
