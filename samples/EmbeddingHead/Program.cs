using Criterion;
using Criterion.Formats;
using Criterion.Losses;
using Criterion.Metrics;
using Criterion.Nn;
using Criterion.Optim;
using Microsoft.Extensions.AI;

// Trains a linear head on frozen embeddings of texts, so that requests about the same topic are close, however they are phrased. The
// embeddings are recorded ('EmbeddingHead FILE.npy' records them anew). Any IEmbeddingGenerator can replace HashEmbeddings.
const int Dim = 96;
const int Topics = 20; // of 30, and
const int Phrasings = 12; // of 16 that the head learns from
if (args is [string file])
{
    using IEmbeddingGenerator<string, Embedding<float>> generator = new HashEmbeddings(Dim);
    Npy.Write(file, await RecordAsync(generator));
    return;
}

using Stream recorded = typeof(Requests).Assembly.GetManifestResourceStream("embeddings.npy")!;
Tensor embeddings = Npy.Read(recorded).Reshape(Requests.Topics.Length, Requests.Phrasings.Length, Dim);

// The head starts as the identity: its output is then the embeddings.
Linear head = new(Dim, Dim, bias: false);
using (Autograd.NoGrad())
{
    head.Weight.CopyFrom(Tensor.Eye(Dim));
}

Console.WriteLine(Describe("frozen embeddings", Evaluate()));
Train();
Console.WriteLine(Describe("with the head", Evaluate()));

// A pair is one topic in two phrasings; the other topics of the batch are its negatives.
void Train()
{
    RandomStream random = new(1);
    Adam optimizer = new(head.Parameters(), learningRate: 1e-3);
    InfoNceLoss loss = new(temperature: 0.1, symmetric: true);
    for (int step = 0; step < 200; step++)
    {
        using TensorScope scope = new();
        long[] pair = Tensor.Permutation(Phrasings, random).ToArray<long>();
        Tensor value = loss.Forward(Phrased(pair[0]), Phrased(pair[1]));
        optimizer.ZeroGrad();
        value.Backward();
        optimizer.Step();
    }
}

Tensor Phrased(long phrasing) => head.Forward(embeddings[..Topics, (int)phrasing]);

// Topics that the head has not seen, in phrasings that it has not seen: how near are the other requests about the same topic?
RetrievalResult Evaluate()
{
    Tensor unseen = embeddings[Topics.., Phrasings..];
    Tensor topics = Tensor.Arange(unseen.Shape[0]).RepeatInterleave(unseen.Shape[1], 0);
    using (Autograd.NoGrad())
    {
        return new RetrievalEvaluator().Evaluate(head.Forward(unseen).Flatten(0, 1), topics);
    }
}

static string Describe(string what, RetrievalResult result) =>
    $"{what}: recall@1 {result.RecallAt(1).Value:0.000}, mean average precision {result.MeanAveragePrecision.Value:0.000}";

static async Task<Tensor> RecordAsync(IEmbeddingGenerator<string, Embedding<float>> generator)
{
    GeneratedEmbeddings<Embedding<float>> vectors = await generator.GenerateAsync(Requests.Texts);
    return Tensor.Stack([.. vectors.Select(static vector => Tensor.From(vector.Vector.Span))]);
}
