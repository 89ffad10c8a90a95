namespace Criterion.Training;

/// <summary>A factor of the learning rate that is 1 first and then falls linearly to 0.</summary>
internal static class LinearDecay
{
    /// <summary>Returns the factor in a step.</summary>
    /// <param name="step">The number of the step, from 0.</param>
    /// <param name="steps">The steps in total.</param>
    /// <param name="constantShare">The share of the steps with the full rate.</param>
    public static double At(long step, int steps, double constantShare)
    {
        double constant = constantShare * steps;
        return step < constant ? 1 : Math.Max(0, (steps - step) / (steps - constant + 1));
    }
}
