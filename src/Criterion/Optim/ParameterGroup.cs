using System.Globalization;

namespace Criterion.Optim;

/// <summary>
/// Parameters with a separate learning rate or weight decay. PyTorch equivalent: an entry of <c>optimizer.param_groups</c>.
/// </summary>
/// <remarks>Schedules scale the rate of each group; see <see cref="LearningRateSchedule"/>.</remarks>
/// <example><code>
/// Adam optimizer = new(
///     [
///         new ParameterGroup(features.Parameters()) { LearningRate = 1e-5 },
///         new ParameterGroup(head.Parameters()),
///     ],
///     learningRate: 1e-3);
/// </code></example>
public sealed class ParameterGroup
{
    bool _isOwned;

    /// <summary>Initializes a group.</summary>
    /// <param name="parameters">The parameters, each once.</param>
    /// <param name="learningRate">The learning rate; must be 0 or more. Default: that of the optimizer.</param>
    /// <param name="weightDecay">The weight decay; must be 0 or more. Default: that of the optimizer.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is negative or not finite.</exception>
    public ParameterGroup(IEnumerable<Tensor> parameters, double? learningRate = null, double? weightDecay = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters = [.. parameters];
        (LearningRate, WeightDecay) = (learningRate, weightDecay);
    }

    /// <summary>Gets the parameters.</summary>
    public IReadOnlyList<Tensor> Parameters { get; }

    /// <summary>
    /// Gets or sets the learning rate, which schedules change; null for that of the optimizer. Once an optimizer has the group, a rate
    /// cannot become null.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or not finite.</exception>
    /// <exception cref="ArgumentException">An optimizer has the group, and the value is null or was null.</exception>
    public double? LearningRate
    {
        get => Rate?.Value;
        set
        {
            if (_isOwned && (Rate is null) != (value is null))
            {
                throw new ArgumentException(
                    $"ParameterGroup: the learning rate cannot change from {Text(LearningRate)} to {Text(value)} once an optimizer has the "
                    + "group. Set it before.",
                    nameof(value));
            }

            if (value is { } rate)
            {
                (Rate ??= new ScheduledRate(nameof(ParameterGroup))).Value = rate;
            }
            else
            {
                Rate = null;
            }
        }
    }

    /// <summary>Gets the weight decay; null for that of the optimizer.</summary>
    public double? WeightDecay
    {
        get;
        init => field = value is { } decay ? Require.NonNegative(decay, nameof(ParameterGroup), nameof(WeightDecay)) : null;
    }

    /// <summary>Gets the rate of the group; null for that of the optimizer.</summary>
    internal ScheduledRate? Rate { get; private set; }

    /// <summary>Assigns groups to an optimizer: all or none.</summary>
    /// <exception cref="ArgumentException">Another optimizer has one: its schedules would change the rate too.</exception>
    internal static void Own(string optimizer, IReadOnlyList<ParameterGroup> groups)
    {
        if (groups.Any(static group => group._isOwned))
        {
            throw new ArgumentException($"{optimizer}: a parameter group belongs to another optimizer. Create one for each optimizer.");
        }

        foreach (ParameterGroup group in groups)
        {
            group._isOwned = true;
        }
    }

    static string Text(double? rate) => rate?.ToString(CultureInfo.InvariantCulture) ?? "that of the optimizer";
}
