using System.Globalization;

namespace Criterion.Training;

/// <summary>What one step of a Siamese network did: one row of <c>losses.csv</c>.</summary>
/// <param name="Step">The number of the step, from 1.</param>
/// <param name="Loss">The loss of the batch.</param>
/// <param name="GradientNorm">The length of the whole gradient.</param>
/// <param name="Skipped">Steps that were left out up to now, because the loss or the gradient was no number.</param>
/// <param name="Seconds">How long the step took.</param>
public readonly record struct SiameseStep(long Step, double Loss, double GradientNorm, long Skipped, double Seconds) : IRunStep
{
    /// <summary>What there is to report of a step that was left out.</summary>
    internal static SiameseStep NoNumbers { get; } = new() { Loss = double.NaN, GradientNorm = double.NaN };

    /// <inheritdoc/>
    public static string Header => "step,loss,gradient_norm,skipped,seconds";

    /// <inheritdoc/>
    public string ToCsv() => string.Create(CultureInfo.InvariantCulture, $"{Step},{Loss:G9},{GradientNorm:G9},{Skipped},{Seconds:F6}");

    /// <inheritdoc/>
    public string Describe() => $"loss {NumberText.Fixed(Loss, 4),6}  gradient {NumberText.Fixed(GradientNorm, 3),6}{(Skipped > 0 ? $"  skipped {Skipped}" : "")}";
}
