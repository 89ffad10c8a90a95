using System.Text.Json.Serialization;
using Criterion.Nn;

namespace Criterion.Training;

/// <summary>The description of a network that only the program that defines it can build.</summary>
public sealed record NetworkRecord
{
    /// <summary>Gets the name of the type of the module.</summary>
    public required string Type { get; init; }

    /// <summary>Gets the number of learned values.</summary>
    public required long ParameterCount { get; init; }

    /// <summary>Gets the names, types and shapes of parameters and buffers, such as <c>0.weight Float32 [128, 64]</c>.</summary>
    [JsonConverter(typeof(ValueListConverter<string>))]
    public required ValueList<string> State { get; init; }

    /// <summary>Describes a network.</summary>
    /// <param name="network">The network.</param>
    public static NetworkRecord Of(Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return new NetworkRecord
        {
            Type = network.GetType().Name,
            ParameterCount = network.ParameterCount,
            State = [.. network.NamedParameters().Concat(network.NamedBuffers()).Select(Line)],
        };
    }

    /// <summary>Refuses a network that differs from the recorded one.</summary>
    /// <param name="now">The network that is given now.</param>
    /// <param name="which">The name of the network in the error, such as <c>generator</c>.</param>
    /// <exception cref="TrainingException">A parameter or buffer is missing, new, or of another type or shape.</exception>
    internal void CheckSame(NetworkRecord now, string which)
    {
        if (now != this)
        {
            throw new TrainingException(
                $"Resume: the {which} differs from that of the run: {Difference(now)}. "
                + "Build the same network as before, or start a new run in another folder.");
        }
    }

    string Difference(NetworkRecord now)
    {
        string[] before = [.. State.Except(now.State)];
        string[] after = [.. now.State.Except(State)];
        return (before, after) switch
        {
            ([var one, ..], [var other, ..]) => $"it had {one}, and now has {other}",
            ([var one, ..], _) => $"it had {one}, which is missing now",
            (_, [var other, ..]) => $"it has {other}, which the run does not have",
            _ => $"it was a {Type} with {ParameterCount} parameters, and now is a {now.Type} with {now.ParameterCount}",
        };
    }

    static string Line((string Name, Tensor Value) named) => $"{named.Name} {named.Value.DType} {named.Value.Shape}";
}
