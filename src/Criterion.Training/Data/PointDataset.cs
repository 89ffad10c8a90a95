namespace Criterion.Training;

/// <summary>Points of the plane, whose whole distribution can be plotted and whose modes can be counted.</summary>
public sealed class PointDataset : Dataset
{
    /// <summary>Creates a data set of points in memory.</summary>
    /// <param name="source">The source, for records and errors.</param>
    /// <param name="points">The points, Float32 <c>[N, 2]</c>.</param>
    /// <param name="labels">The class of each point, Int64 <c>[N]</c>, if known.</param>
    /// <param name="ring">The ring that they were drawn from, whose modes are counted.</param>
    /// <exception cref="TrainingException">Points or labels have another shape or type.</exception>
    public PointDataset(string source, Tensor points, Tensor? labels = null, GaussianRing? ring = null)
        : base(source, Checked(source, points), labels) => Ring = ring;

    /// <summary>Gets all points, Float32 <c>[N, 2]</c>.</summary>
    public Tensor Points => Items;

    /// <summary>Gets the ring that the points were drawn from, or null.</summary>
    public GaussianRing? Ring { get; }

    /// <inheritdoc/>
    public override string Description => $"{Counted.Of(Count, "point")} of {Source}";

    static Tensor Checked(string source, Tensor points)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(points);
        return points.DType == DType.Float32 && points.Rank == 2 && points.Shape[1] == 2 && points.Count > 0
            ? points
            : throw new TrainingException($"{source}: points must be Float32 [N, 2], but are {points.DType} {points.Shape}. "
                + "Convert or reshape them.");
    }
}
