namespace Criterion.Nn;

public abstract partial class Module
{
    RandomStream? _stream;

    /// <summary>
    /// Returns the streams of random numbers that this module and its children draw from, each once. A checkpoint that holds their states
    /// resumes with the same numbers.
    /// </summary>
    public IReadOnlyList<RandomStream> RandomStreams()
    {
        List<RandomStream> all = [];
        Visit((_, module) =>
        {
            if (module._stream is { } stream && !all.Contains(stream))
            {
                all.Add(stream);
            }
        });
        return all;
    }

    /// <summary>Registers the stream of random numbers that <see cref="Forward"/> draws from.</summary>
    /// <param name="random">The stream. Default: <see cref="RandomStream.Default"/>.</param>
    /// <returns>The stream.</returns>
    protected RandomStream Stream(RandomStream? random = null) => _stream = random ?? RandomStream.Default;
}
