namespace Criterion.Training;

/// <summary>
/// A competitor of a <see cref="Comparison"/> that a program defines itself: its own objective, networks or optimizers under a name.
/// </summary>
/// <example><code>
/// GanComparisonOptions options = new() { Objectives = ["hinge"], Steps = 1000 };
/// GanCompetitor mine = new("mine", new GanOptions { Objective = new MyGanLoss() }, new CustomNetworks(Generator, Discriminator));
/// Comparison.Open("runs/compare", options, data, [mine]).Execute();
/// </code></example>
public sealed record GanCompetitor
{
    /// <summary>Initializes the competitor.</summary>
    /// <param name="name">The name in the results and of the folders of the runs.</param>
    /// <param name="options">
    /// The options; the comparison sets the steps, the batch size and the seed, and skips steps that are not finite.
    /// </param>
    /// <param name="networks">The networks. Default: those of recipes with these options.</param>
    /// <param name="optimizers">Creates the optimizers. Default: those of <see cref="GanOptions.Optimizer"/>.</param>
    public GanCompetitor(string name, GanOptions options, GanNetworks? networks = null, GanOptimizers? optimizers = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(options);
        (Name, Options, Networks, Optimizers) = (name, options, networks, optimizers);
    }

    /// <summary>
    /// <inheritdoc cref="GanCompetitor(string, GanOptions, GanNetworks, GanOptimizers)" path="/param[@name='name']/node()"/>
    /// </summary>
    public string Name { get; init; }

    /// <summary>
    /// <inheritdoc cref="GanCompetitor(string, GanOptions, GanNetworks, GanOptimizers)" path="/param[@name='options']/node()"/>
    /// </summary>
    public GanOptions Options { get; init; }

    /// <summary>
    /// <inheritdoc cref="GanCompetitor(string, GanOptions, GanNetworks, GanOptimizers)" path="/param[@name='networks']/node()"/>
    /// </summary>
    public GanNetworks? Networks { get; init; }

    /// <summary>
    /// <inheritdoc cref="GanCompetitor(string, GanOptions, GanNetworks, GanOptimizers)" path="/param[@name='optimizers']/node()"/>
    /// </summary>
    public GanOptimizers? Optimizers { get; init; }
}
