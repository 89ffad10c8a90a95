using Criterion.Losses;

namespace Criterion.Training;

/// <summary>
/// The part of a GAN training that steps change besides networks and samplers: the step count of the discriminator and the BEGAN
/// controller.
/// </summary>
internal sealed class GanProgress(GanOptions options) : IStateful
{
    BoundaryEquilibriumController _equilibrium =
        options.Objective is BoundaryEquilibriumGanLoss start ? options.Equilibrium with { K = start.K } : options.Equilibrium;

    /// <summary>Gets the number of discriminator steps that are done.</summary>
    public long DiscriminatorSteps { get; private set; }

    /// <summary>Gets the objective of the present step; the k of the controller is part of it.</summary>
    public GanLoss Objective => options.Objective is BoundaryEquilibriumGanLoss ? _equilibrium.Objective() : options.Objective;

    /// <summary>Counts a discriminator step and updates the controller with its mean scores.</summary>
    public void Advance(double realScore, double fakeScore)
    {
        DiscriminatorSteps++;
        if (options.Objective is BoundaryEquilibriumGanLoss)
        {
            _equilibrium = _equilibrium.Update(realScore, fakeScore);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> StateDict() => State.StateDict();

    /// <inheritdoc/>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state) => State.LoadStateDict(state);

    StateGroup State => new(
        ("discriminator_steps", new StatefulNumbers(() => [DiscriminatorSteps], steps => DiscriminatorSteps = (long)steps[0])),
        ("equilibrium", new StatefulNumbers(() => [_equilibrium.K], k => _equilibrium = _equilibrium with { K = k[0] })));
}
