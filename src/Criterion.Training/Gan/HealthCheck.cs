using System.Globalization;
using Criterion.Losses;

namespace Criterion.Training;

/// <summary>What may be wrong with a training.</summary>
public enum FindingKind
{
    /// <summary>The discriminator tells real and generated samples apart, and no longer teaches the generator.</summary>
    DiscriminatorWon,

    /// <summary>The discriminator takes generated samples for the real ones.</summary>
    GeneratorWon,

    /// <summary>The generator makes nearly the same sample of all latents.</summary>
    Collapse,

    /// <summary>Hardly any gradient reaches the generator.</summary>
    VanishingGradient,

    /// <summary>Losses or gradients are no numbers.</summary>
    SkippedSteps,
}

/// <summary>A finding, in words.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Message">What was seen, and what may help.</param>
public readonly record struct Finding(FindingKind Kind, string Message);

/// <summary>Looks at how a GAN has trained of late, and says in words what looks wrong.</summary>
public static class HealthCheck
{
    /// <summary>How many rows are looked at: a state that lasts as long is no passing one.</summary>
    public const int Window = 100;

    // Before this step both players are as good as random.
    const long Settled = 200;

    /// <summary>The first step at which there is something to say.</summary>
    internal const long FirstLook = Settled + Window - 1;

    // A healthy DCGAN is right about nearly all samples too, with a loss of 0.1 and more; one that has won is sure of it.
    const double AllApart = 0.995;
    const double Sure = 0.02;
    const double WrongWayRound = 0.1;
    const double AllAlike = 0.15;
    const double NoSlope = 1e-6;

    /// <summary>What looks wrong in the last <see cref="Window"/> rows; nothing while there are fewer.</summary>
    /// <param name="rows">The rows so far, or the last of them, in order.</param>
    /// <param name="objective">What the players minimise: that a critic tells all samples apart is its job in some games.</param>
    public static IReadOnlyList<Finding> Examine(IReadOnlyList<GanStep> rows, GanLoss objective)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(objective);
        if (rows.Count < Window || rows[^Window].Step < Settled)
        {
            return [];
        }

        GanStep[] last = [.. rows.TakeLast(Window)];
        return [.. Players(last, objective), .. Samples(last), .. Gradients(last), .. Steps(last)];
    }

    static IEnumerable<Finding> Players(GanStep[] rows, GanLoss objective)
    {
        double accuracy = rows.Average(static row => row.Accuracy);
        double loss = rows.Average(static row => row.DiscriminatorLoss);
        if (accuracy >= AllApart && loss < Sure && objective is not (WassersteinGanLoss or EnergyBasedGanLoss or BoundaryEquilibriumGanLoss))
        {
            yield return new(FindingKind.DiscriminatorWon, Text(
                $"The discriminator has won: for {Window} steps it told {NumberText.Percent(accuracy, 1)} of real and generated samples apart at a loss of {NumberText.Format(loss)}, which teaches the generator little. Lower its learning rate, or take a recipe with a penalty (r3gan, wgan-gp)."));
        }

        if (accuracy <= WrongWayRound)
        {
            yield return new(FindingKind.GeneratorWon, Text(
                $"The generator has won: for {Window} steps the discriminator took generated samples for the real ones ({NumberText.Percent(accuracy, 1)} right). Give the discriminator more steps or a higher learning rate."));
        }
    }

    static IEnumerable<Finding> Samples(GanStep[] rows)
    {
        if (rows.All(static row => row.Diversity < AllAlike))
        {
            yield return new(FindingKind.Collapse, Text(
                $"The samples have collapsed: generated ones lie {NumberText.Fixed(rows[^1].Diversity, 2)} times as far from one another as real ones. Go back to a checkpoint and lower the learning rate, or take a recipe that keeps modes (r3gan, wgan-gp)."));
        }
    }

    static IEnumerable<Finding> Gradients(GanStep[] rows)
    {
        if (rows.All(static row => row.GeneratorGradientNorm < NoSlope))
        {
            yield return new(FindingKind.VanishingGradient, Text(
                $"The generator's gradient has vanished ({NumberText.Significant(rows[^1].GeneratorGradientNorm, 2)}): it learns nothing any more. Take an objective that does not saturate (dcgan, hinge, wgan-gp), or a weaker discriminator."));
        }
    }

    static IEnumerable<Finding> Steps(GanStep[] rows)
    {
        long skipped = rows[^1].Skipped - rows[0].Skipped;
        if (skipped > Window / 10)
        {
            yield return new(FindingKind.SkippedSteps, Text(
                $"{skipped} of the last {Window} steps were skipped, because a loss or gradient was no number. Lower the learning rate; --on-nan stop says where it comes from."));
        }
    }

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
