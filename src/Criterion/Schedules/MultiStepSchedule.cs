using System.Globalization;
using System.Text;

namespace Criterion.Schedules;

/// <summary>
/// A change at given steps: initial · factor^n, where n is the number of milestones reached. As the factor of a learning rate it matches
/// <c>MultiStepLR</c> of PyTorch.
/// </summary>
public sealed record MultiStepSchedule : Schedule
{
    /// <summary>Initializes the schedule.</summary>
    /// <param name="initial">The value at the start; must be finite.</param>
    /// <param name="milestones">The steps at which the value changes, ascending; must be 0 or more. A repeated one counts twice.</param>
    /// <param name="factor">The factor of each change; must be finite. Default: 0.1.</param>
    public MultiStepSchedule(double initial, IReadOnlyList<long> milestones, double factor = 0.1) =>
        (Initial, Milestones, Factor) = (initial, milestones, factor);

    /// <summary>
    /// <inheritdoc cref="MultiStepSchedule(double, IReadOnlyList{long}, double)" path="/param[@name='initial']/node()"/>
    /// </summary>
    public double Initial { get; init => field = Finite(value); }

    /// <summary>
    /// <inheritdoc cref="MultiStepSchedule(double, IReadOnlyList{long}, double)" path="/param[@name='milestones']/node()"/>
    /// </summary>
    public IReadOnlyList<long> Milestones { get; init => field = Ascending(value); }

    /// <summary>
    /// <inheritdoc cref="MultiStepSchedule(double, IReadOnlyList{long}, double)" path="/param[@name='factor']/node()"/>
    /// </summary>
    public double Factor { get; init => field = Finite(value); }

    /// <summary>Returns whether both have the same values and milestones.</summary>
    public bool Equals(MultiStepSchedule? other) =>
        base.Equals(other) && (Initial, Factor) == (other.Initial, other.Factor) && Milestones.SequenceEqual(other.Milestones);

    /// <inheritdoc/>
    public override int GetHashCode() => Milestones.Aggregate(HashCode.Combine(Initial, Factor), HashCode.Combine);

    /// <inheritdoc/>
    protected override bool PrintMembers(StringBuilder text)
    {
        text.Append(
            CultureInfo.InvariantCulture, $"Initial = {Initial}, Milestones = [{string.Join(", ", Milestones)}], Factor = {Factor}");
        return true;
    }

    private protected override double Value(long step) => Initial * Math.Pow(Factor, Milestones.Count(milestone => milestone <= step));

    static long[] Ascending(IReadOnlyList<long> milestones)
    {
        ArgumentNullException.ThrowIfNull(milestones);
        long[] copy = [.. milestones];
        return copy.Zip(copy.Skip(1)).All(static pair => pair.First <= pair.Second) && copy.All(static milestone => milestone >= 0)
            ? copy
            : throw new ArgumentOutOfRangeException(
                nameof(Milestones), string.Join(", ", copy), "Schedule: Milestones must be 0 or more, and ascending.");
    }
}
