namespace Criterion.Training;

/// <summary>Points of the plane: data whose whole distribution can be seen, and the modes that a generator misses counted.</summary>
public sealed class PointDataset : Dataset
{
    /// <summary>Points that are already in memory.</summary>
    /// <param name="source">Where they come from, for records and errors.</param>
    /// <param name="points">Float32 <c>[N, 2]</c>.</param>
    /// <param name="labels">The class of each point, Int64 <c>[N]</c>, where known.</param>
    /// <param name="ring">What they were drawn from, so that modes can be counted.</param>
    /// <exception cref="TrainingException">The tensors are no such points or labels.</exception>
    public PointDataset(string source, Tensor points, Tensor? labels = null, GaussianRing? ring = null)
        : base(source, Checked(source, points), labels) => Ring = ring;

    /// <summary>All points, Float32 <c>[N, 2]</c>.</summary>
    public Tensor Points => Items;

    /// <summary>What the points were drawn from, or null.</summary>
    public GaussianRing? Ring { get; }

    /// <inheritdoc/>
    public override string Description => $"{Count} points of {Source}";

    static Tensor Checked(string source, Tensor points)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(points);
        return points.DType == DType.Float32 && points.Rank == 2 && points.Shape[1] == 2 && points.Count > 0
            ? points
            : throw new TrainingException($"{source}: points are Float32 [N, 2], and this is {points.DType} {points.Shape}.");
    }
}
