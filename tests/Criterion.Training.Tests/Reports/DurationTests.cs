namespace Criterion.Training.Tests;

public class DurationTests
{
    [Theory]
    [InlineData(0, "00:00", "0 s")]
    [InlineData(0.4, "00:00", "0 s")]
    [InlineData(12.34, "00:12", "12 s")]
    [InlineData(59.6, "01:00", "1 min 0 s")]
    [InlineData(300, "05:00", "5 min 0 s")]
    [InlineData(3599.9, "1:00:00", "1 h 0 min")]
    [InlineData(3900, "1:05:00", "1 h 5 min")]
    [InlineData(86_400, "24:00:00", "24 h 0 min")]
    [InlineData(360_061, "100:01:01", "100 h 1 min")]
    public void Hours_are_never_lost(double seconds, string clock, string words)
    {
        TimeSpan time = TimeSpan.FromSeconds(seconds);
        Assert.Equal((clock, words), (Duration.Clock(time), Duration.Words(time)));
    }
}
