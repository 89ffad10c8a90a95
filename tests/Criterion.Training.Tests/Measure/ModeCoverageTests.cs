namespace Criterion.Training.Tests;

public class ModeCoverageTests
{
    static readonly GaussianRing Four = new(4, radius: 1, deviation: 0.1);

    [Fact]
    public void Points_count_for_the_nearest_mode_within_three_deviations()
    {
        // At the first centre, within and beyond three deviations of it; at the second; near none; no number.
        Tensor points = Tensor.From([1, 0, 1.29f, 0, 1.31f, 0, 0, 1, 0, 0, float.NaN, 0], [6, 2]);

        Assert.Equal(new ModeCoverage(4, 2, 0.5, [2, 1, 0, 0]), ModeCoverage.Of(points, Four, atLeast: 1));
        Assert.Equal(new ModeCoverage(4, 1, 0.5, [2, 1, 0, 0]), ModeCoverage.Of(points, Four, atLeast: 2));
    }

    [Fact]
    public void The_real_points_cover_every_mode()
    {
        GaussianRing ring = new();
        ModeCoverage coverage = ModeCoverage.Of(ring.Draw(ModeCoverage.Samples).Points, ring);

        // Two normal numbers are within 3 deviations with the probability 1 - exp(-9/2).
        Assert.Equal((8, 8), (coverage.Modes, coverage.Found));
        Assert.Equal(1 - Math.Exp(-4.5), coverage.HighQuality, 0.01);
    }

    [Fact]
    public void Noise_over_the_plane_finds_no_mode()
    {
        Tensor noise = Tensor.Rand([ModeCoverage.Samples, 2], random: new RandomStream(1), low: -2.5, high: 2.5);

        Assert.Equal(0, ModeCoverage.Of(noise, new GaussianRing()).Found);
        Assert.InRange(ModeCoverage.Of(noise, new GaussianRing(), atLeast: 1).Found, 5, 8);
    }

    [Fact]
    public void Images_have_no_modes() => Assert.Contains(
        "[3, 1, 8, 8]", Assert.Throws<TrainingException>(
            () => ModeCoverage.Of(Tensor.Zeros([3, 1, 8, 8]), Four)).Message, StringComparison.Ordinal);
}
