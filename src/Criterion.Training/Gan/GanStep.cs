using System.Globalization;

namespace Criterion.Training;

/// <summary>What one training step did: one row of <c>losses.csv</c>.</summary>
/// <param name="Step">The number of the step, from 1.</param>
/// <param name="DiscriminatorLoss">The discriminator's loss without penalty, before its last update.</param>
/// <param name="GeneratorLoss">The generator's loss, after that update.</param>
/// <param name="RealScore">D(real): the mean probability of being real where the objective is logistic, and the mean score otherwise.</param>
/// <param name="FakeScore">D(fake), likewise.</param>
/// <param name="Accuracy">How often the discriminator ranks a real image above a generated one; ½ is guessing.</param>
/// <param name="Penalty">The weighted penalties; 0 without any.</param>
/// <param name="DiscriminatorGradientNorm">The length of the discriminator's whole gradient.</param>
/// <param name="GeneratorGradientNorm">The length of the generator's whole gradient.</param>
/// <param name="Diversity">How far generated images lie from one another, as a multiple of how far real ones do (root mean square).</param>
/// <param name="Skipped">Steps that were left out up to now, because a loss or a gradient was no number.</param>
/// <param name="Seconds">How long the step took.</param>
public readonly record struct GanStep(
    long Step,
    double DiscriminatorLoss,
    double GeneratorLoss,
    double RealScore,
    double FakeScore,
    double Accuracy,
    double Penalty,
    double DiscriminatorGradientNorm,
    double GeneratorGradientNorm,
    double Diversity,
    long Skipped,
    double Seconds) : IRunStep
{
    /// <summary>What there is to report of a step that was left out.</summary>
    internal static GanStep NoNumbers { get; } = new()
    {
        DiscriminatorLoss = double.NaN,
        GeneratorLoss = double.NaN,
        RealScore = double.NaN,
        FakeScore = double.NaN,
        Accuracy = double.NaN,
        Penalty = double.NaN,
        DiscriminatorGradientNorm = double.NaN,
        GeneratorGradientNorm = double.NaN,
        Diversity = double.NaN,
    };

    /// <inheritdoc/>
    public static string Header =>
        "step,discriminator_loss,generator_loss,d_real,d_fake,penalty,discriminator_gradient_norm,generator_gradient_norm,accuracy,diversity,skipped,seconds";

    /// <inheritdoc/>
    public string ToCsv() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Step},{DiscriminatorLoss:G9},{GeneratorLoss:G9},{RealScore:G9},{FakeScore:G9},{Penalty:G9},{DiscriminatorGradientNorm:G9},{GeneratorGradientNorm:G9},{Accuracy:G9},{Diversity:G9},{Skipped},{Seconds:F6}");

    /// <inheritdoc/>
    public string Describe() =>
        $"loss D {NumberText.Fixed(DiscriminatorLoss, 3),6} G {NumberText.Fixed(GeneratorLoss, 3),6}  D(real) {NumberText.Fixed(RealScore, 2)} D(fake) {NumberText.Fixed(FakeScore, 2)}{(Skipped > 0 ? $"  skipped {Skipped}" : "")}";
}
