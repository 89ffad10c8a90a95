namespace Criterion.Training.Tests;

public class GaussianRingTests
{
    static readonly GaussianRing Ring = new();

    [Fact]
    public void Points_lie_around_the_centre_of_their_mode()
    {
        PointDataset data = Ring.Draw(4000);
        float[] points = data.Points.ToArray<float>();
        long[] modes = data.Labels!.ToArray<long>();
        double[] away = [.. modes.SelectMany((mode, i) => new[]
        {
            points[2 * i] - (2 * Math.Cos(mode * Math.PI / 4)),
            points[(2 * i) + 1] - (2 * Math.Sin(mode * Math.PI / 4)),
        })];

        Assert.Equal((4000, 8, Ring), (data.Count, (int)data.Labels.Max().Item() + 1, data.Ring));
        Assert.Equal(0, away.Average(), 0.001);
        Assert.Equal(0.02, Math.Sqrt(away.Average(static x => x * x)), 0.001);
        Assert.All(modes.CountBy(static mode => mode), static count => Assert.InRange(count.Value, 400, 600));
    }

    [Fact]
    public void The_seed_decides_the_points()
    {
        Assert.Equal(Ring.Draw(5, 3).Points.ToArray<float>(), Ring.Draw(5, 3).Points.ToArray<float>());
        Assert.NotEqual(Ring.Draw(5, 3).Points.ToArray<float>(), Ring.Draw(5, 4).Points.ToArray<float>());
    }

    [Fact]
    public void What_is_no_ring_is_refused()
    {
        Assert.Contains("but is 0", Assert.Throws<TrainingException>(() => new GaussianRing(0)).Message, StringComparison.Ordinal);
        Assert.Contains("radius", Assert.Throws<TrainingException>(() => new GaussianRing(radius: -1)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "deviation", Assert.Throws<TrainingException>(() => new GaussianRing(deviation: 0)).Message, StringComparison.Ordinal);
        Assert.Contains("[5, 3]", Assert.Throws<TrainingException>(() => new PointDataset("x", Tensor.Zeros([5, 3]))).Message,
            StringComparison.Ordinal);
        Assert.Contains("4 items",
            Assert.Throws<TrainingException>(() => new PointDataset("x", Tensor.Zeros([4, 2]), Tensor.From([1L]))).Message,
            StringComparison.Ordinal);
    }
}
