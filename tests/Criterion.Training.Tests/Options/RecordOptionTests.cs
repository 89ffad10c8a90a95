using Criterion.Tests.Losses;

namespace Criterion.Training.Tests;

/// <summary>Options of records are checked wherever they are set.</summary>
public class RecordOptionTests
{
    public static TheoryData<Type> Records => [.. RecordOptions.All(typeof(TrainingException).Assembly)];

    [Theory]
    [MemberData(nameof(Records))]
    public void With_refuses_what_the_constructor_refuses(Type type) => RecordOptions.AssertSameChecks(type);

    [Fact]
    public void A_measurement_cannot_be_changed_to_an_invalid_one()
    {
        string message = Assert.Throws<TrainingException>(static () => new MeasureOptions(10) with { Every = 0 }).Message;
        Assert.Equal(Assert.Throws<TrainingException>(static () => new MeasureOptions(0)).Message, message);
        Assert.Equal(Assert.Throws<TrainingException>(static () => new GaussianRing(modes: 0)).Message,
            Assert.Throws<TrainingException>(static () => new GaussianRing { Modes = 0 }).Message);
    }
}
