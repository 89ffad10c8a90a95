using System.Text;
using Microsoft.Extensions.AI;

/// <summary>
/// Embeddings of texts by feature hashing, without a network: each word, and each three letters of a word, adds +1 or −1 at a position
/// that a hash gives. They know spelling, and no meaning. Source: Weinberger et al., Feature hashing for large scale multitask learning,
/// 2009.
/// </summary>
sealed class HashEmbeddings(int size) : IEmbeddingGenerator<string, Embedding<float>>
{
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(text => new Embedding<float>(Vector(text)))));

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    float[] Vector(string text)
    {
        float[] vector = new float[size];
        foreach (string feature in Features(text))
        {
            ulong hash = Hash(feature);
            vector[(int)(hash % (ulong)size)] += hash >> 63 == 0 ? 1 : -1;
        }

        return vector;
    }

    static IEnumerable<string> Features(string text) =>
        from word in text.ToLowerInvariant().Split([' ', ',', '.', '?', '!'], StringSplitOptions.RemoveEmptyEntries)
        let framed = $"<{word}>"
        from feature in Enumerable.Range(0, framed.Length - 2).Select(i => framed.Substring(i, 3)).Prepend(framed)
        select feature;

    // FNV-1a, mixed once more, as its upper bits depend little on the last letters.
    static ulong Hash(string text)
    {
        ulong hash = 14695981039346656037;
        foreach (byte letter in Encoding.UTF8.GetBytes(text))
        {
            hash = (hash ^ letter) * 1099511628211;
        }

        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        return hash ^ (hash >> 29);
    }
}
