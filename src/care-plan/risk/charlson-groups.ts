/**
 * Comorbidities of the Charlson index by ICD-10 code: all codes that begin so, without the dot. Quan H. et al., Coding
 * algorithms for defining comorbidities in ICD-9-CM and ICD-10 administrative data, Med Care 2005;43:1130-9,
 * doi:10.1097/01.mlr.0000182534.19832.83. `renal-severe` is ours, a part of Quan's renal disease (stages 4 and 5, kidney
 * failure, dialysis), because LACE weighs mild and severe differently.
 */
export const charlsonGroups = {
  'myocardial-infarction': ['I21', 'I22', 'I252'],
  'heart-failure': [
    ...['I099', 'I110', 'I130', 'I132', 'I255', 'I420', 'I425', 'I426', 'I427', 'I428', 'I429'],
    ...['I43', 'I50', 'P290'],
  ],
  'peripheral-vascular': [
    ...['I70', 'I71', 'I731', 'I738', 'I739', 'I771', 'I790', 'I792', 'K551', 'K558', 'K559'],
    ...['Z958', 'Z959'],
  ],
  cerebrovascular: [
    'G45',
    'G46',
    'H340',
    'I60',
    'I61',
    'I62',
    'I63',
    'I64',
    'I65',
    'I66',
    'I67',
    'I68',
    'I69',
  ],
  dementia: ['F00', 'F01', 'F02', 'F03', 'F051', 'G30', 'G311'],
  'chronic-pulmonary': [
    ...['I278', 'I279', 'J40', 'J41', 'J42', 'J43', 'J44', 'J45', 'J46', 'J47'],
    ...['J60', 'J61', 'J62', 'J63', 'J64', 'J65', 'J66', 'J67', 'J684', 'J701', 'J703'],
  ],
  'connective-tissue': ['M05', 'M06', 'M315', 'M32', 'M33', 'M34', 'M351', 'M353', 'M360'],
  'peptic-ulcer': ['K25', 'K26', 'K27', 'K28'],
  'liver-mild': [
    ...['B18', 'K700', 'K701', 'K702', 'K703', 'K709', 'K713', 'K714', 'K715', 'K717', 'K73', 'K74'],
    ...['K760', 'K762', 'K763', 'K764', 'K768', 'K769', 'Z944'],
  ],
  diabetes: ['E10', 'E11', 'E12', 'E13', 'E14'].flatMap(type => ['0', '1', '6', '8', '9'].map(n => type + n)),
  'diabetes-complicated': ['E10', 'E11', 'E12', 'E13', 'E14'].flatMap(type =>
    ['2', '3', '4', '5', '7'].map(n => type + n),
  ),
  hemiplegia: [
    ...['G041', 'G114', 'G801', 'G802', 'G81', 'G82'],
    ...['G830', 'G831', 'G832', 'G833', 'G834', 'G839'],
  ],
  renal: [
    ...['I120', 'I131', 'N032', 'N033', 'N034', 'N035', 'N036', 'N037', 'N052', 'N053', 'N054', 'N055'],
    ...['N056', 'N057', 'N18', 'N19', 'N250', 'Z490', 'Z491', 'Z492', 'Z940', 'Z992'],
  ],
  'renal-severe': ['I120', 'I131', 'N184', 'N185', 'N186', 'Z490', 'Z491', 'Z492', 'Z992'],
  cancer: [
    ...['C0', 'C1', 'C20', 'C21', 'C22', 'C23', 'C24', 'C25', 'C26', 'C30', 'C31', 'C32', 'C33', 'C34'],
    ...['C37', 'C38', 'C39', 'C40', 'C41', 'C43', 'C45', 'C46', 'C47', 'C48', 'C49', 'C5', 'C6'],
    ...['C70', 'C71', 'C72', 'C73', 'C74', 'C75', 'C76', 'C81', 'C82', 'C83', 'C84', 'C85', 'C88'],
    ...['C90', 'C91', 'C92', 'C93', 'C94', 'C95', 'C96', 'C97'],
  ],
  'liver-severe': [
    ...['I850', 'I859', 'I864', 'I982', 'K704', 'K711', 'K721', 'K729', 'K765', 'K766', 'K767'],
  ],
  metastatic: ['C77', 'C78', 'C79', 'C80'],
  hiv: ['B20', 'B21', 'B22', 'B24'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type CharlsonGroup = keyof typeof charlsonGroups

/** The graver of two forms of one disease counts alone. */
export const graverForms: Readonly<Partial<Record<CharlsonGroup, CharlsonGroup>>> = {
  diabetes: 'diabetes-complicated',
  'liver-mild': 'liver-severe',
  renal: 'renal-severe',
  cancer: 'metastatic',
}
